// SPDX-License-Identifier: Apache-2.0

/// The fibers of a tensor along one dimension: where each starts and how far apart its elements are.
///
/// Fibers are numbered by the row-major order of the other dimensions.
struct Fibers {
  let shape: [Int]
  let dimension: Int
  /// Elements of a fiber.
  let length: Int
  /// Distance between neighbours in a fiber, in elements.
  let stride: Int
  /// Number of fibers; 0 if the tensor has no element.
  let count: Int

  /// - Precondition: `dimension` is a dimension of `shape`.
  init(of shape: [Int], along dimension: Int) {
    precondition(shape.indices.contains(dimension), "a pattern lies along a dimension that the tensor has")
    self.shape = shape
    self.dimension = dimension
    length = shape[dimension]
    stride = shape[(dimension + 1)...].reduce(1, *)
    count = length == 0 ? 0 : shape[..<dimension].reduce(1, *) * stride
  }

  /// Index of the first element of a fiber.
  func start(of fiber: Int) -> Int {
    fiber / stride * stride * length + fiber % stride
  }

  /// The multi-index of `position` in `fiber`.
  func index(of fiber: Int, position: Int) -> [Int] {
    var rest = start(of: fiber) + position * stride
    var index = [Int](repeating: 0, count: shape.count)
    for dimension in shape.indices.reversed() {
      (rest, index[dimension]) = rest.quotientAndRemainder(dividingBy: shape[dimension])
    }
    return index
  }
}
