// SPDX-License-Identifier: Apache-2.0

/// A dense tensor: a shape and its elements in row-major order (the last dimension is contiguous).
public struct Tensor<Element: BitwiseCopyable & Sendable>: Sendable {
  /// Extent of each dimension, outermost first; the product is `elements.count`.
  public let shape: [Int]
  public var elements: [Element]

  /// - Precondition: `elements.count` is the product of `shape`.
  public init(shape: [Int], elements: [Element]) {
    precondition(shape.reduce(1, *) == elements.count, "a tensor's elements must fill its shape")
    self.shape = shape
    self.elements = elements
  }

  /// A tensor of `shape` filled with one value.
  public init(shape: [Int], repeating value: Element) {
    self.init(shape: shape, elements: Array(repeating: value, count: shape.reduce(1, *)))
  }
}

extension Tensor: Equatable where Element: Equatable {}
