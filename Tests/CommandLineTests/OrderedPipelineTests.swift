// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization
import Testing

@testable import hssim

/// Pieces of work that threads do at the same time, and whose results are taken in order.
@Suite(.timeLimit(.minutes(1)))
struct OrderedPipelineTests {
  private struct Failure: Error, Equatable {
    let piece: Int
  }

  /// A value that threads share.
  private final class Shared<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>

    init(_ value: Value) { mutex = Mutex(value) }

    var value: Value { mutex.withLock { $0 } }
    func change(_ body: (inout Value) -> Void) { mutex.withLock { body(&$0) } }
  }

  /// What is begun and not taken yet, and the most that ever was.
  private final class Held: Sendable {
    let counts = Mutex((now: 0, most: 0))

    func begin() {
      counts.withLock {
        $0.now += 1
        $0.most = max($0.most, $0.now)
      }
    }

    func take() { counts.withLock { $0.now -= 1 } }
    var most: Int { counts.withLock { $0.most } }
  }

  /// Waits as long as hashing takes, longer for some pieces than for others, so that they end out of order.
  private static func work(_ piece: Int) -> Int {
    var value = UInt64(piece) + 1
    for _ in 0..<(piece * 7919 % 13) * 2000 { value = value &* 6_364_136_223_846_793_005 &+ 1 }
    return value == 0 ? -1 : piece
  }

  @Test(arguments: [1, 2, 3, 8, 100]) func `results come in order, and no more are held than was said`(jobs: Int) throws
  {
    let held = Held()
    let pipeline = OrderedPipeline<Int>(count: 60, jobs: jobs, isCancelled: { false }) { piece, _ in
      held.begin()
      return Self.work(piece)
    }
    var taken: [Int] = []
    while let piece = try pipeline.next({ _ in }) {
      taken.append(piece)
      held.take()
    }
    pipeline.finish()
    #expect(taken == Array(0..<60))
    // Those ahead, the one that is waited for, and the one that was just taken but not counted yet.
    #expect(held.most <= (jobs == 1 ? 2 : jobs + 2), "\(held.most)")
  }

  @Test(arguments: [1, 2, 5]) func `what is before a failure is handed over, what is behind is abandoned`(jobs: Int)
    throws
  {
    let begun = Shared<Set<Int>>([])
    let pipeline = OrderedPipeline<Int>(count: 100, jobs: jobs, isCancelled: { false }) { piece, monitor in
      begun.change { $0.insert(piece) }
      if piece == 7 || piece == 8 { throw Failure(piece: piece) }
      while piece > 8 && monitor.isWanted { usleep(100) }
      if piece > 8 { throw CancellationError() }
      return Self.work(piece)
    }
    var taken: [Int] = []
    #expect(throws: Failure(piece: 7)) {
      while let piece = try pipeline.next({ _ in }) { taken.append(piece) }
    }
    pipeline.finish()
    #expect(taken == Array(0..<7))
    #expect(begun.value.allSatisfy { $0 <= 7 + jobs + 1 })
  }

  @Test(arguments: [1, 4]) func `cancelling ends it, with nothing left at work`(jobs: Int) throws {
    let (isCancelled, working) = (Shared(false), Shared(0))
    let pipeline = OrderedPipeline<Int>(
      count: 10, jobs: jobs, isCancelled: { isCancelled.value }
    ) { piece, monitor in
      working.change { $0 += 1 }
      defer { working.change { $0 -= 1 } }
      var cycle: Int64 = 0
      while monitor.update(cycle: cycle, bound: 0) {
        cycle += 1
        usleep(100)
      }
      throw CancellationError()
    }
    #expect(throws: CancellationError.self) {
      while try pipeline.next({ statuses in
        #expect(statuses.map(\.piece) == statuses.map(\.piece).sorted())
        isCancelled.change { $0 = true }
      }) != nil {}
    }
    pipeline.finish()
    #expect(working.value == 0)
  }
}
