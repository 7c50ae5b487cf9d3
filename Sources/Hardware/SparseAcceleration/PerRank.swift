// SPDX-License-Identifier: Apache-2.0

/// Something for each rank of operand A that a machine can skip, from rank 0 on, held in place.
///
/// Machines are described by lists of their ranks; what a component has for each of them lies here, so that nothing on
/// the way of a message is looked up or counted.
public struct PerRank<Element> {
  /// Ranks that a machine can have.
  public static var limit: Int { 3 }
  /// Ranks from 0 up, and from the highest down.
  @inlinable public static var ranks: Range<Int> { 0..<3 }
  @inlinable public static var descending: ReversedCollection<Range<Int>> { ranks.reversed() }

  @usableFromInline var elements: InlineArray<3, Element>

  /// What `element` makes for each rank, in the order from the highest rank down.
  public init(_ element: (Int) -> Element) {
    let (highest, middle, lowest) = (element(2), element(1), element(0))
    elements = [lowest, middle, highest]
  }

  /// - Precondition: `rank` is in `ranks`.
  @inlinable
  public subscript(rank: Int) -> Element {
    @inline(__always) get { elements[rank] }
    @inline(__always) set { elements[rank] = newValue }
  }
}

/// The offsets of one array row, rank by rank as its metadata holds them: packed, the first lowest; 0 where a rank
/// stores none, since it keeps everything in order.
@frozen
public struct RankOffsets: BitwiseCopyable, Equatable, Sendable {
  public var rank0: UInt64
  public var rank1: UInt64
  public var rank2: UInt64

  public init(rank0: UInt64 = 0, rank1: UInt64 = 0, rank2: UInt64 = 0) {
    self.rank0 = rank0
    self.rank1 = rank1
    self.rank2 = rank2
  }

  /// - Precondition: `rank` is in `PerRank.ranks`.
  @inlinable
  public subscript(rank: Int) -> UInt64 {
    @inline(__always)
    get {
      switch rank {
      case 0: rank0
      case 1: rank1
      default: rank2
      }
    }
    @inline(__always)
    set {
      switch rank {
      case 0: rank0 = newValue
      case 1: rank1 = newValue
      default: rank2 = newValue
      }
    }
  }
}
