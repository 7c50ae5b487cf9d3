// SPDX-License-Identifier: Apache-2.0

/// How many of `blocks` aligned blocks of `blockSize` elements a tensor that conforms to `pattern` can fill.
struct BlockCount {
  let blockSize: Int
  let blocks: Int
  /// G:H from the highest rank to rank 0.
  let pattern: [GH]

  /// Elementary steps after which the search is given up.
  static let workLimit = 1 << 22

  /// The maximum over all conforming tensors and all aligned groups, or nil beyond `workLimit`.
  ///
  /// The group and the pattern repeat after the least common multiple of their lengths, so only finitely many groups
  /// differ. In one of them the count is the largest gain on a path through the tree of the pattern's blocks.
  func maximum() -> Int? {
    let period = pattern.reduce(1) { $0 * $1.h }
    let group = blockSize * blocks
    let length = group / greatestCommonDivisor(group, period) * period
    let budget = pattern.map(\.g).max() ?? 1
    guard length <= Self.workLimit / (budget + 1) else { return nil }
    var most = 0
    for start in stride(from: 0, to: length, by: group) where most < blocks {
      most = max(most, filled(from: start, to: start + group, period: period))
    }
    return most
  }

  /// The largest number of blocks filled in one group; every group of the pattern's highest rank is free of the others.
  private func filled(from start: Int, to end: Int, period: Int) -> Int {
    var best = Gains.start
    for top in stride(from: start / period * period, to: end, by: period) {
      best = best.followed(by: gains(ofGroup: 0, at: top, in: start..<end))
    }
    return max(best.untouched, best.touched)
  }

  /// Gains of one group of the rank with index `rank`, which starts at `position`.
  private func gains(ofGroup rank: Int, at position: Int, in window: Range<Int>) -> Transition {
    guard rank < pattern.count else { return .element(at: position, blockSize: blockSize) }
    let rule = pattern[rank]
    let childSize = pattern[(rank + 1)...].reduce(1) { $0 * $1.h }
    // Only children that reach into the window matter: a block starts where the window does, so nothing before it
    // has a say.
    let first = max(0, (window.lowerBound - position) / childSize)
    let last = min(rule.h - 1, (window.upperBound - 1 - position) / childSize)
    let budget = min(rule.g, last - first + 1)
    var transition = Transition()
    for touched in [false, true] {
      // best[n]: the largest gain with n non-empty children so far.
      var best = [Gains](repeating: .impossible, count: budget + 1)
      best[0] = touched ? .startTouched : .start
      for child in first...last {
        let start = position + child * childSize
        let empty = Transition.empty(start..<start + childSize, blockSize: blockSize)
        let filled = gains(ofGroup: rank + 1, at: start, in: window)
        for used in stride(from: budget, through: 0, by: -1) {
          var next = best[used].followed(by: empty)
          if used > 0 { next = next.better(best[used - 1].followed(by: filled)) }
          best[used] = next
        }
      }
      transition[from: touched] = best.reduce(.impossible) { $0.better($1) }
    }
    return transition
  }
}

/// The largest numbers of newly filled blocks up to some position, by the state of the block that reaches across it:
/// already counted (`touched`) or not. The state matters because blocks of the two patterns need not nest.
private struct Gains {
  var untouched: Int
  var touched: Int

  private static let never = -1 << 40
  static let start = Gains(untouched: 0, touched: never)
  static let startTouched = Gains(untouched: never, touched: 0)
  static let impossible = Gains(untouched: never, touched: never)

  func better(_ other: Gains) -> Gains {
    Gains(untouched: max(untouched, other.untouched), touched: max(touched, other.touched))
  }

  func followed(by step: Transition) -> Gains {
    Gains(
      untouched: max(untouched + step.fromUntouched.untouched, touched + step.fromTouched.untouched),
      touched: max(untouched + step.fromUntouched.touched, touched + step.fromTouched.touched))
  }
}

/// Gains over a stretch of positions, by the state before it.
private struct Transition {
  var fromUntouched = Gains.impossible
  var fromTouched = Gains.impossible

  subscript(from touched: Bool) -> Gains {
    get { touched ? fromTouched : fromUntouched }
    set {
      if touched { fromTouched = newValue } else { fromUntouched = newValue }
    }
  }

  /// A non-zero at `position`: it fills its block unless that block starts earlier and is filled already.
  static func element(at position: Int, blockSize: Int) -> Transition {
    let gained = Gains(untouched: Gains.impossible.untouched, touched: 1)
    let isStart = position % blockSize == 0
    return Transition(fromUntouched: gained, fromTouched: isStart ? gained : .startTouched)
  }

  /// Zeros only: the state survives unless a new block starts among them.
  static func empty(_ positions: Range<Int>, blockSize: Int) -> Transition {
    let nextStart = (positions.lowerBound + blockSize - 1) / blockSize * blockSize
    return Transition(fromUntouched: .start, fromTouched: nextStart < positions.upperBound ? .start : .startTouched)
  }
}
