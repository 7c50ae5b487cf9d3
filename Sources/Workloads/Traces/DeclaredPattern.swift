// SPDX-License-Identifier: Apache-2.0

import Sparsity

/// A pattern that a trace declares, and how the tensor comes to have it.
struct DeclaredPattern: Sendable, Equatable {
  let pattern: Pattern
  /// The tensor is pruned onto the pattern; otherwise it must conform already.
  let isPruned: Bool
  /// Where the pattern stands, for an error in the values.
  let place: YAMLPlace
}

extension StoredOperand {
  /// Whether the tensor is to have a pattern as it is.
  var mustConform: Bool { pattern.map { !$0.isPruned } ?? false }

  /// The values with the declared pattern: pruned onto it, or checked against it.
  ///
  /// - Parameter rows: A as [M, K] or B transposed as [N, K].
  /// - Throws: `WorkloadError` of kind `content` with the first group that breaks the pattern.
  func patterned(_ rows: Tensor<Int16>) throws(WorkloadError) -> [Int16] {
    guard let declared = pattern else {
      return keptShare.map { keepingLargest(rows.elements, share: $0) } ?? rows.elements
    }
    let pattern = declared.pattern
    if declared.isPruned {
      var pruned = rows
      pattern.prune(&pruned, along: 1)
      return pruned.elements
    }
    guard let violation = pattern.firstViolation(in: rows, along: 1) else { return rows.elements }
    let start = violation.index[1]
    let end = min(start + pattern.blockSize(ofRank: violation.rank + 1), rows.shape[1]) - 1
    let what = violation.rank == 0 ? "values" : "blocks of \(pattern.blockSize(ofRank: violation.rank))"
    let name = tensor.map { " \(quoted($0))" } ?? ""
    throw declared.place.error(
      .content,
      "the tensor\(name) in \(quoted(path, limit: 4096)) does not conform to \(pattern): in row \(violation.index[0]), k = \(start) "
        + "to \(end), \(violation.found) of \(violation.allowed.h) \(what) are not zero (rank \(violation.rank))",
      allowed: "at most \(violation.allowed.g), or 'prune: magnitude'")
  }
}
