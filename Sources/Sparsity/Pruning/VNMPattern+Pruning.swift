// SPDX-License-Identifier: Apache-2.0

extension VNMPattern {
  /// Where a matrix breaks the pattern.
  public struct Violation: Error, Hashable, Sendable, CustomStringConvertible {
    public let pattern: VNMPattern
    /// The first row of the block, or the row whose values are too many.
    public let row: Int
    /// The first column of the group.
    public let column: Int
    /// Non-empty columns of the block, or non-zeros of the row.
    public let found: Int
    /// Whether it is the shared choice of columns that is broken, rather than a row's rule.
    public let isInColumns: Bool

    public var description: String {
      isInColumns
        ? "pattern \(pattern): \(found) of \(pattern.columns.h) columns are not empty in the block at [\(row), \(column)]; "
          + "allowed: at most \(pattern.columns.g) in \(pattern.rows) rows"
        : "pattern \(pattern): \(found) values are not zero in row \(row) at column \(column); "
          + "allowed: at most \(pattern.values.g) of \(pattern.columns.h)"
    }
  }

  /// The first place where a matrix [M, K] breaks the pattern, or nil. Blocks go by rows, then by columns.
  ///
  /// - Precondition: the matrix has two dimensions.
  public func firstViolation<Element: AdditiveArithmetic>(in matrix: Tensor<Element>) -> Violation? {
    for block in blocks(of: matrix.shape) {
      let used = block.columns.count { column in
        block.rows.contains { matrix.elements[$0 * matrix.shape[1] + column] != .zero }
      }
      guard used <= columns.g else {
        return Violation(
          pattern: self, row: block.rows.lowerBound, column: block.columns.lowerBound, found: used, isInColumns: true)
      }
      for row in block.rows {
        let found = block.columns.count { matrix.elements[row * matrix.shape[1] + $0] != .zero }
        guard found <= values.g else {
          return Violation(
            pattern: self, row: row, column: block.columns.lowerBound, found: found, isInColumns: false)
        }
      }
    }
    return nil
  }

  /// Sets elements of a matrix [M, K] to zero until it conforms.
  ///
  /// In each block the columns with the largest sum of squares over the V rows are chosen, then in each row the values of
  /// largest magnitude among them. Of equals, the lower coordinate stays. Elements kept do not change.
  ///
  /// - Returns: the energy before, after the choice of columns, and in the end.
  /// - Precondition: the matrix has two dimensions.
  @discardableResult
  public func prune<Element: PrunableElement>(
    _ matrix: inout Tensor<Element>
  ) -> (total: Element.Energy, afterColumns: Element.Energy, kept: Element.Energy) {
    let width = matrix.shape.last ?? 0
    var result = (total: Element.Energy.zero, afterColumns: Element.Energy.zero, kept: Element.Energy.zero)
    for block in blocks(of: matrix.shape) {
      let energies = block.columns.map { column in
        block.rows.reduce(Element.Energy.zero) { $0 + matrix.elements[$1 * width + column].energy }
      }
      let chosen = Set(largest(columns.g, of: energies))
      for (index, energy) in energies.enumerated() {
        result.total += energy
        if chosen.contains(index) { result.afterColumns += energy }
      }
      for row in block.rows {
        let start = row * width + block.columns.lowerBound
        let candidates = chosen.sorted()
        let squares = candidates.map { matrix.elements[start + $0].energy }
        let kept = Set(largest(values.g, of: squares).map { candidates[$0] })
        for index in block.columns.indices.map({ $0 - block.columns.lowerBound }) {
          if kept.contains(index) {
            result.kept += matrix.elements[start + index].energy
          } else {
            matrix.elements[start + index] = .zero
          }
        }
      }
    }
    return result
  }

  /// The blocks of a matrix, by rows, then by columns; the last ones may be smaller.
  func blocks(of shape: [Int]) -> [(rows: Range<Int>, columns: Range<Int>)] {
    precondition(shape.count == 2, "the pattern lies on a matrix")
    return stride(from: 0, to: shape[0], by: rows).flatMap { row in
      stride(from: 0, to: shape[1], by: columns.h).map { column in
        (row..<min(row + rows, shape[0]), column..<min(column + columns.h, shape[1]))
      }
    }
  }

  /// The indices of the largest energies, of equals the first, in no order.
  private func largest<Energy: Comparable>(_ count: Int, of energies: [Energy]) -> [Int] {
    Array(energies.indices.sorted { (energies[$1], $0) < (energies[$0], $1) }.prefix(count))
  }
}
