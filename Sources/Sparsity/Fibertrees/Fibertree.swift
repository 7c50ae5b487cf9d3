// SPDX-License-Identifier: Apache-2.0

/// A tensor as a tree of fibers: the format-free view of sparsity in which patterns are specified.
///
///     let weights = Fibertree(tensor, ranks: ["M", "C", "R", "S"])
///     let tree = try weights
///       .reordered(["M", "R", "S", "C"]).flattened("R", "S")   // M -> RS -> C
///       .partitioned("C", shape: 4)                            // M -> RS -> C1 -> C0
///
/// Each level is a rank. A fiber is the set of (coordinate, payload) of one parent; a payload is a fiber of the next
/// rank, or at the innermost rank a value. Only non-empty coordinates are present: a tree holds no zero and no empty
/// fiber. All transformations preserve content, and each has an inverse. Source: Sze et al., "Efficient Processing of
/// Deep Neural Networks", chapter on sparse tensors; HighLight uses the same three before it attaches rules.
///
/// This is the vocabulary of patterns, for specification and explanation; the fast paths work on dense arrays.
public struct Fibertree<Element: AdditiveArithmetic & BitwiseCopyable & Sendable>: Equatable, Sendable {
  /// One level of the tree.
  public struct Rank: Hashable, Sendable {
    public let name: String
    /// Coordinates are in `0..<extent`.
    public let extent: Int
    /// Whether, and how, this rank is the lower part of a partitioned one.
    let origin: Origin?

    init(_ name: String, extent: Int, origin: Origin? = nil) {
      self.name = name
      self.extent = extent
      self.origin = origin
    }
  }

  /// What a partition made of two ranks: remembered by the lower one, so that flattening the two restores the original.
  indirect enum Origin: Hashable, Sendable {
    /// Lower coordinates count from the start of the part.
    case coordinateSpace(original: Rank, upper: String)
    /// Lower coordinates are the original ones; the upper coordinate is that of the first element of the part.
    case positionSpace(original: Rank, upper: String)

    var original: Rank {
      switch self {
      case .coordinateSpace(let original, _), .positionSpace(let original, _): original
      }
    }

    var upper: String {
      switch self {
      case .coordinateSpace(_, let upper), .positionSpace(_, let upper): upper
      }
    }
  }

  /// The coordinates of one rank below one parent, ascending.
  public struct Fiber: Equatable, Sendable {
    public internal(set) var elements: [(coordinate: Int, payload: Payload)]

    public static func == (left: Fiber, right: Fiber) -> Bool {
      left.elements.count == right.elements.count
        && zip(left.elements, right.elements).allSatisfy { $0.coordinate == $1.coordinate && $0.payload == $1.payload }
    }

    /// Non-empty coordinates.
    public var occupancy: Int { elements.count }
  }

  /// What is found at a coordinate.
  public enum Payload: Equatable, Sendable {
    case fiber(Fiber)
    case value(Element)
  }

  /// Outermost first; at least one.
  public let ranks: [Rank]
  /// The fiber of the outermost rank.
  public let root: Fiber

  /// The non-zeros of a dense tensor, one rank for each dimension.
  ///
  /// - Precondition: as many distinct names as dimensions, at least one.
  public init(_ tensor: Tensor<Element>, ranks names: [String]) {
    precondition(!names.isEmpty && names.count == tensor.shape.count, "a fibertree has one rank per dimension")
    precondition(Set(names).count == names.count, "the ranks of a fibertree have distinct names")
    var points: [Point] = []
    for (index, value) in tensor.elements.enumerated() where value != .zero {
      var rest = index
      var coordinates = [Int](repeating: 0, count: names.count)
      for rank in names.indices.reversed() {
        (rest, coordinates[rank]) = rest.quotientAndRemainder(dividingBy: tensor.shape[rank])
      }
      points.append(Point(coordinates: coordinates, value: value))
    }
    self.init(ranks: zip(names, tensor.shape).map { Rank($0, extent: $1) }, points: points)
  }

  /// The dense tensor, one dimension for each rank; zeros where the tree has nothing.
  public func tensor() -> Tensor<Element> {
    var tensor = Tensor<Element>(shape: ranks.map(\.extent), repeating: .zero)
    for point in points {
      let index = zip(point.coordinates, ranks).reduce(0) { $0 * $1.1.extent + $1.0 }
      tensor.elements[index] = point.value
    }
    return tensor
  }
}
