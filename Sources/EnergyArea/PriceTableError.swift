// SPDX-License-Identifier: Apache-2.0

/// A mistake in a price table's file, said so that it can be corrected without reading the code.
///
/// The description is one line: `prices.yaml:12:20: macros.glb_data.depth: '0' is out of range; allowed: an integer …`.
public struct PriceTableError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What kind of mistake it is; the raw value is the exit code of the command line.
  public enum Kind: Int32, Sendable {
    /// A table name that leads nowhere.
    case usage = 64
    /// A file whose content is wrong.
    case content = 65
    /// A file that is missing or cannot be read.
    case missing = 66
  }

  public let kind: Kind
  /// Where the mistake is: `file:line:column`, or the file.
  public let place: String
  /// The dotted key that is wrong; nil when the file as a whole is.
  public let field: String?
  /// What is wrong, naming the value.
  public let problem: String
  /// What would be right.
  public let allowed: String?
  /// The known name nearest to a misspelt one.
  public let suggestion: String?

  public init(
    _ kind: Kind, at place: String, field: String? = nil, problem: String, allowed: String? = nil,
    suggestion: String? = nil
  ) {
    self.kind = kind
    self.place = place
    self.field = field
    self.problem = problem
    self.allowed = allowed
    self.suggestion = suggestion
  }

  public var exitCode: Int32 { kind.rawValue }

  public var description: String {
    var text = place + ": "
    if let field { text += field + ": " }
    text += problem
    if let allowed { text += "; allowed: \(allowed)" }
    if let suggestion { text += "; did you mean '\(suggestion)'?" }
    return text
  }
}

/// The user's own text made fit for one line of a message: in quotes, without control characters, cut when long.
func quoted(_ text: String, limit: Int = 60) -> String {
  var shown = ""
  for scalar in text.unicodeScalars.prefix(limit) {
    shown += scalar.properties.generalCategory == .control ? "?" : String(scalar)
  }
  return "'\(shown)\(text.unicodeScalars.count > limit ? "…" : "")'"
}

/// The candidate that a mistyped word most probably meant: at most a third of its letters wrong; nil if none is near.
func nearest(to word: String, among candidates: [String]) -> String? {
  let typed = Array(word.lowercased().unicodeScalars.prefix(81))
  guard typed.count <= 80 else { return nil }
  var best: (distance: Int, candidate: String)?
  for candidate in candidates where candidate.unicodeScalars.count <= 80 {
    let wanted = Array(candidate.lowercased().unicodeScalars)
    let distance = editDistance(typed, wanted)
    guard distance <= max(1, max(typed.count, wanted.count) / 3), distance < best?.distance ?? .max else { continue }
    best = (distance, candidate)
  }
  return best?.candidate
}

/// Insertions, deletions and replacements that turn `left` into `right` (Levenshtein).
private func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
  var previous = Array(0...right.count)
  for (row, letter) in left.enumerated() {
    var current = [row + 1]
    for column in right.indices {
      let replaced = previous[column] + (letter == right[column] ? 0 : 1)
      current.append(min(replaced, previous[column + 1] + 1, current[column] + 1))
    }
    previous = current
  }
  return previous[right.count]
}
