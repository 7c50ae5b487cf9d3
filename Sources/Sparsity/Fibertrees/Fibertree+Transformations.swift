// SPDX-License-Identifier: Apache-2.0

extension Fibertree {
  /// The same content with the ranks in another order.
  ///
  /// - Throws: `FibertreeError` unless `names` are exactly the tree's ranks.
  public func reordered(_ names: [String]) throws(FibertreeError) -> Fibertree {
    guard names.count == ranks.count, Set(names).count == names.count else {
      throw FibertreeError(ranks: names, allowed: "each of \(rankNames) once")
    }
    var order: [Int] = []
    for name in names { order.append(try index(of: name)) }
    return Fibertree(
      ranks: order.map { ranks[$0] },
      points: points.map { point in Point(coordinates: order.map { point.coordinates[$0] }, value: point.value) })
  }

  /// Makes one rank of two neighbours: its coordinate is upper · (extent of lower) + lower, its name both names.
  ///
  /// Of the two ranks that a partition made, it restores the rank that was partitioned, name and extent included.
  ///
  /// - Throws: `FibertreeError` unless `lower` lies right below `upper`.
  public func flattened(_ upper: String, _ lower: String) throws(FibertreeError) -> Fibertree {
    let position = try index(of: upper)
    guard position + 1 < ranks.count, ranks[position + 1].name == lower else {
      throw FibertreeError(ranks: [upper, lower], allowed: "two neighbours among \(rankNames), outer first")
    }
    let inner = ranks[position + 1]
    let origin = inner.origin?.upper == upper ? inner.origin : nil
    var result = ranks
    result.removeSubrange(position...position + 1)
    let merged = origin?.original ?? Rank(upper + lower, extent: ranks[position].extent * inner.extent)
    try check([merged.name], against: result, isNew: origin == nil)
    result.insert(merged, at: position)
    let isAbsolute = if case .positionSpace = origin { true } else { false }
    return Fibertree(
      ranks: result,
      points: points.map { point in
        var point = point
        let lower = point.coordinates.remove(at: position + 1)
        point.coordinates[position] = isAbsolute ? lower : point.coordinates[position] * inner.extent + lower
        return point
      })
  }

  /// Partitions a rank in coordinate space, into parts of uniform shape: C becomes C1, which part, above C0, where in
  /// it. Partitioning C0 again with another name pair gives more than two ranks.
  ///
  /// - Parameter names: of the upper and the lower rank; the rank's name with 1 and 0 by default.
  /// - Throws: `FibertreeError` if there is no such rank, `shape` is below 1, or a name is taken.
  public func partitioned(
    _ name: String, shape: Int, names: (upper: String, lower: String)? = nil
  ) throws(FibertreeError) -> Fibertree {
    let position = try index(of: name)
    guard shape >= 1 else { throw FibertreeError(ranks: [name], allowed: "parts of at least one coordinate") }
    let extent = ranks[position].extent
    let parts = (extent + shape - 1) / shape
    return try split(position, names: names, extents: (parts, shape), origin: Origin.coordinateSpace) { points in
      for index in points.indices {
        let (part, offset) = points[index].coordinates[position].quotientAndRemainder(dividingBy: shape)
        points[index].coordinates[position] = part
        points[index].coordinates.insert(offset, at: position + 1)
      }
    }
  }

  /// Partitions a rank in position space, into parts of uniform occupancy: each holds `occupancy` non-empty
  /// coordinates of its fiber, the last one what is left.
  ///
  /// The upper coordinate is that of the part's first element; lower coordinates stay as they were.
  ///
  /// - Parameter names: of the upper and the lower rank; the rank's name with 1 and 0 by default.
  /// - Throws: `FibertreeError` if there is no such rank, `occupancy` is below 1, or a name is taken.
  public func partitioned(
    _ name: String, occupancy: Int, names: (upper: String, lower: String)? = nil
  ) throws(FibertreeError) -> Fibertree {
    let position = try index(of: name)
    guard occupancy >= 1 else { throw FibertreeError(ranks: [name], allowed: "parts of at least one element") }
    let extent = ranks[position].extent
    return try split(position, names: names, extents: (extent, extent), origin: Origin.positionSpace) { points in
      // Points are sorted, so a fiber's coordinates come in a row; `seen` counts the distinct ones of this fiber.
      var (fiber, seen, last, first): (ArraySlice<Int>, Int, Int, Int) = ([], 0, -1, 0)
      for index in points.indices {
        let outer = points[index].coordinates[..<position]
        let coordinate = points[index].coordinates[position]
        if index == 0 || outer != fiber { (fiber, seen, last) = (outer, 0, -1) }
        if coordinate != last {
          if seen % occupancy == 0 { first = coordinate }
          seen += 1
          last = coordinate
        }
        points[index].coordinates.insert(first, at: position)
      }
    }
  }

  private func split(
    _ position: Int, names: (upper: String, lower: String)?, extents: (upper: Int, lower: Int),
    origin: (Rank, String) -> Origin, rewrite: (inout [Point]) -> Void
  ) throws(FibertreeError) -> Fibertree {
    let rank = ranks[position]
    let names = names ?? (rank.name + "1", rank.name + "0")
    try check([names.upper, names.lower], against: ranks, isNew: true)
    var result = ranks
    result[position] = Rank(names.upper, extent: extents.upper)
    result.insert(Rank(names.lower, extent: extents.lower, origin: origin(rank, names.upper)), at: position + 1)
    var points = self.points
    rewrite(&points)
    return Fibertree(ranks: result, points: points)
  }

  private var rankNames: [String] { ranks.map(\.name) }

  private func index(of name: String) throws(FibertreeError) -> Int {
    guard let index = ranks.firstIndex(where: { $0.name == name }) else {
      throw FibertreeError(ranks: [name], allowed: "a rank among \(rankNames)")
    }
    return index
  }

  /// Fails if a name is taken, or, when it is new, remembered as the upper part of a partition that may be undone.
  private func check(_ names: [String], against ranks: [Rank], isNew: Bool) throws(FibertreeError) {
    let taken = ranks.map(\.name) + (isNew ? ranks.compactMap { $0.origin?.upper } : [])
    guard Set(names).count == names.count, taken.allSatisfy({ !names.contains($0) }) else {
      throw FibertreeError(ranks: names, allowed: "names other than \(taken)")
    }
  }
}

/// A transformation that a fibertree does not allow.
public struct FibertreeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The ranks named.
  public let ranks: [String]
  /// What is allowed instead, as a phrase.
  public let allowed: String

  public var description: String {
    "ranks of a fibertree: \(ranks.joined(separator: ", ")); allowed: \(allowed)"
  }
}
