// SPDX-License-Identifier: Apache-2.0

extension Fibertree {
  /// A value and its coordinate at each rank: a path from the root to a leaf.
  struct Point {
    var coordinates: [Int]
    var value: Element
  }

  /// Every non-zero, in ascending order of coordinates.
  var points: [Point] {
    var result: [Point] = []
    collect(root, under: [], into: &result)
    return result
  }

  /// Number of non-zeros.
  public var count: Int { count(in: root) }

  private func count(in fiber: Fiber) -> Int {
    fiber.elements.reduce(0) { sum, element in
      if case .fiber(let inner) = element.payload { sum + count(in: inner) } else { sum + 1 }
    }
  }

  private func collect(_ fiber: Fiber, under outer: [Int], into result: inout [Point]) {
    for (coordinate, payload) in fiber.elements {
      switch payload {
      case .fiber(let inner): collect(inner, under: outer + [coordinate], into: &result)
      case .value(let value): result.append(Point(coordinates: outer + [coordinate], value: value))
      }
    }
  }

  /// A tree of `points`, in any order, with distinct coordinates.
  init(ranks: [Rank], points: [Point]) {
    self.ranks = ranks
    let sorted = points.sorted { $0.coordinates.lexicographicallyPrecedes($1.coordinates) }
    root = Self.fiber(of: sorted[...], rank: 0, ranks: ranks.count)
  }

  private static func fiber(of points: ArraySlice<Point>, rank: Int, ranks: Int) -> Fiber {
    var fiber = Fiber(elements: [])
    var start = points.startIndex
    while start < points.endIndex {
      let coordinate = points[start].coordinates[rank]
      let end = points[start...].firstIndex { $0.coordinates[rank] != coordinate } ?? points.endIndex
      if rank == ranks - 1 {
        precondition(end == start + 1, "a coordinate of the innermost rank holds one value")
        fiber.elements.append((coordinate, .value(points[start].value)))
      } else {
        fiber.elements.append((coordinate, .fiber(Self.fiber(of: points[start..<end], rank: rank + 1, ranks: ranks))))
      }
      start = end
    }
    return fiber
  }

  /// Every fiber of `rank` (0 = outermost), in order.
  public func fibers(ofRank rank: Int) -> [Fiber] {
    precondition(ranks.indices.contains(rank), "a fiber belongs to a rank that the tree has")
    return (0..<rank).reduce([root]) { fibers, _ in
      fibers.flatMap { fiber in
        fiber.elements.compactMap { if case .fiber(let inner) = $0.payload { inner } else { nil } }
      }
    }
  }
}
