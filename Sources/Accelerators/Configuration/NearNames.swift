// SPDX-License-Identifier: Apache-2.0

/// The names a misspelt one may have meant.
public enum NearNames {
  /// Names near to `name`, nearest first, at most three.
  ///
  /// Near is: at most a third of the longer name's letters mistyped (swapped neighbours count once, case does not
  /// count), or the same last part (`data_bytes` for `glb.data_bytes`).
  public static func suggestions(for name: String, among names: [String]) -> [String] {
    let wanted = Array(name.lowercased().unicodeScalars.prefix(100))
    guard !wanted.isEmpty else { return [] }
    let lastPart = lastPart(of: name.lowercased())
    let ranked = names.enumerated().compactMap { order, candidate -> (cost: Int, order: Int, name: String)? in
      let letters = Array(candidate.lowercased().unicodeScalars)
      let distance = distance(wanted, letters)
      if distance <= max(1, max(wanted.count, letters.count) / 3) { return (distance, order, candidate) }
      if Self.lastPart(of: candidate.lowercased()) == lastPart { return (distance + 100, order, candidate) }
      return nil
    }
    return ranked.sorted { ($0.cost, $0.order) < ($1.cost, $1.order) }.prefix(3).map(\.name)
  }

  private static func lastPart(of key: String) -> Substring {
    key.split(whereSeparator: { $0 == "." || $0 == "/" }).last ?? ""
  }

  /// Edits (insert, delete, replace, swap neighbours) that turn `a` into `b`: optimal string alignment.
  static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in 0..<a.count {
      var row = [i + 1]
      row.reserveCapacity(b.count + 1)
      for j in 0..<b.count {
        var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
        row.append(cost)
      }
      (beforeLast, last) = (last, row)
    }
    return last[b.count]
  }
}
