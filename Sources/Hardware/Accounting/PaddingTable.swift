// SPDX-License-Identifier: Apache-2.0

/// Which of a stationary row's zero slots the ledger books as padding, by window and row: a bit each, slot 0 lowest.
///
/// Decided when operand A is laid out, since only then is it known which zeros the tensor had.
public final class PaddingTable: Sendable {
  private let rowsPerWindow: Int
  private let shape: [UInt32]
  private let pattern: [UInt32]

  /// - Parameters:
  ///   - shape: padding of K, by window (in order of storage) and row.
  ///   - pattern: slots that the declared pattern would not have kept, likewise.
  public init(rowsPerWindow: Int, shape: [UInt32], pattern: [UInt32]) {
    precondition(shape.count == pattern.count, "both paddings are known for every row")
    self.rowsPerWindow = rowsPerWindow
    self.shape = shape
    self.pattern = pattern
  }

  func slots(window: Int, row: Int) -> (shape: UInt32, pattern: UInt32) {
    let position = window * rowsPerWindow + row
    return (shape[position], pattern[position])
  }
}
