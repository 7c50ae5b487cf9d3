// SPDX-License-Identifier: Apache-2.0

/// A quantity that a component shows under a name of its figure, such as `buffered` or `rf[5][17]`.
public struct PublishedField {
  public let name: String
  /// Number of elements of each index; empty for a single value.
  public let shape: [Int]
  /// Reads the element of as many indices as `shape` has, each within it.
  public let value: ([Int]) -> Int64

  public init(_ name: String, shape: [Int] = [], value: @escaping ([Int]) -> Int64) {
    self.name = name
    self.shape = shape
    self.value = value
  }
}

/// A component that shows quantities by the names of its figure, beside its state, which an inspector finds by itself.
public protocol Inspectable: Component {
  var publishedFields: [PublishedField] { get }
}
