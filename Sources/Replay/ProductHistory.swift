// SPDX-License-Identifier: Apache-2.0
import Hardware
import SimulationKernel

/// Every product that made one element of Z, as the arrays formed them.
public struct ProductHistory: Equatable, Sendable {
  /// A product, where and when it was formed.
  public struct Entry: Equatable, Sendable {
    public let cycle: Cycle
    public let array: String
    /// Position along K in the layer, unpadded.
    public let k: Int
    public let product: TracedProduct

    public var value: Int { product.a * product.b }
  }

  public let row: Int
  public let column: Int
  /// In order of time; of one cycle, in the order of the lanes.
  public let entries: [Entry]
  /// The element as the machine computed it.
  public let z: Int

  /// The products' sum; equals `z` where nothing is wrong.
  public var sum: Int { entries.reduce(0) { $0 + $1.value } }

  /// Runs the layer from reset to its end and takes down what `z[row, column]` gets. The timeline is then at its end.
  ///
  /// - Precondition: the element lies inside Z.
  /// - Throws: as `Timeline.go`.
  public init(of row: Int, _ column: Int, on timeline: Timeline) throws {
    let arrays = timeline.session.arrays
    var found: [Entry] = []
    var reached = 0
    try timeline.go(to: -1)
    var waiting = arrays.map { $0.waitingSteps(row: row, column: column) }
    var taken = arrays.map(\.takenSteps)
    try timeline.walk(to: .max) { _ in
      for (index, array) in arrays.enumerated() {
        let count = Int(array.takenSteps - taken[index])
        taken[index] += Int64(count)
        for step in waiting[index].prefix(count) {
          guard let step else { continue }
          for product in step.products {
            found.append(
              Entry(
                cycle: timeline.session.core.cycle, array: array.name, k: reached + product.position,
                product: product))
          }
          reached += step.extent
        }
        waiting[index] = array.waitingSteps(row: row, column: column)
      }
      return true
    }
    self.row = row
    self.column = column
    entries = found
    z = Int(timeline.session.result.element(row: row, column: column))
  }
}
