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

  /// All that changes in the queue.
  struct Content {
    var heap = Heap<Wake>()
    var sequence: UInt64 = 0
  }

  var content = Content()

  @usableFromInline
  func insert(slot: Int, at cycle: Cycle) {
    content.heap.insert(Wake(cycle: cycle, sequence: content.sequence, slot: slot))
    content.sequence += 1
  }

  /// Cycle of the earliest wake; nil if there is none.
  var earliest: Cycle? { content.heap.min?.cycle }

  /// Removes and returns the earliest wake if it is due at `cycle`.
  func removeDue(at cycle: Cycle) -> Wake? {
    guard let wake = content.heap.min, wake.cycle <= cycle else { return nil }
    return content.heap.removeMin()
  }
}
