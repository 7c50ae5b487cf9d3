// SPDX-License-Identifier: Apache-2.0

/// The candidate that a mistyped word most probably meant, or nil if none is near.
///
/// Near means an edit distance of at most a third of the longer word, ignoring case, where swapping two neighbours
/// counts as one edit (Damerau, 1964; optimal string alignment). Of equally near candidates the first one wins, so that
/// the answer does not depend on anything but the arguments.
func suggestion(for word: String, among candidates: some Sequence<String>) -> String? {
  let typed = Array(word.lowercased().unicodeScalars.prefix(longestComparedWord + 1))
  guard typed.count <= longestComparedWord else { return nil }
  var best: (distance: Int, candidate: String)?
  for candidate in candidates {
    let wanted = Array(candidate.lowercased().unicodeScalars)
    guard wanted.count <= longestComparedWord else { continue }
    let distance = editDistance(typed, wanted)
    let limit = max(1, max(typed.count, wanted.count) / 3)
    guard distance <= limit, distance < (best?.distance ?? Int.max) else { continue }
    best = (distance, candidate)
  }
  return best?.candidate
}

/// Longer words are not compared: the distance costs the product of the lengths.
private let longestComparedWord = 80

private func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
  var beforePrevious: [Int] = []
  var previous = Array(0...right.count)
  for (row, scalar) in left.enumerated() {
    var current = [row + 1]
    for column in right.indices {
      let substitution = previous[column] + (scalar == right[column] ? 0 : 1)
      var distance = min(substitution, previous[column + 1] + 1, current[column] + 1)
      if row > 0, column > 0, scalar == right[column - 1], left[row - 1] == right[column] {
        distance = min(distance, beforePrevious[column - 1] + 1)
      }
      current.append(distance)
    }
    (beforePrevious, previous) = (previous, current)
  }
  return previous[right.count]
}

/// A value as an error message quotes it: in quotes, without control characters, and cut when it is very long.
func quoted(_ value: String, limit: Int = 60) -> String {
  var text = ""
  for scalar in value.unicodeScalars.prefix(limit) {
    let isPrintable = !(scalar.value < 0x20 || scalar.value == 0x7F)
    text.unicodeScalars.append(isPrintable ? scalar : "?")
  }
  return "'\(text)\(value.unicodeScalars.count > limit ? "…" : "")'"
}

/// The first few of many names, for an error message that lists what exists.
func listed(_ names: [String], limit: Int = 8) -> String {
  guard !names.isEmpty else { return "none" }
  let shown = names.prefix(limit).map { quoted($0) }.joined(separator: ", ")
  return names.count > limit ? "\(shown) and \(names.count - limit) more" : shown
}
