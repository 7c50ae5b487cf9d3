// SPDX-License-Identifier: Apache-2.0
import HeapModule

/// Wakes that lie beyond the near-future buckets, earliest first; equal cycles keep the order of insertion.
@usableFromInline
final class FarQueue {
  struct Wake: Comparable {
    let cycle: Cycle
    let sequence: UInt64
    let slot: Int

    static func < (first: Wake, second: Wake) -> Bool {
      (first.cycle, first.sequence) < (second.cycle, second.sequence)
    }
  }

  private(set) var heap = Heap<Wake>()
  private var sequence: UInt64 = 0

  @usableFromInline
  func insert(slot: Int, at cycle: Cycle) {
    heap.insert(Wake(cycle: cycle, sequence: sequence, slot: slot))
    sequence += 1
  }

  /// Cycle of the earliest wake; nil if there is none.
  var earliest: Cycle? { heap.min?.cycle }

  /// Removes and returns the earliest wake if it is due at `cycle`.
  func removeDue(at cycle: Cycle) -> Wake? {
    guard let wake = heap.min, wake.cycle <= cycle else { return nil }
    return heap.removeMin()
  }
}
