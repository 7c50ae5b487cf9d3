// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Pieces of work that threads do at the same time, and whose results are taken in order.
///
/// Piece 0 is begun first, then 1, and so on, never more than `ahead` pieces beyond the one that is taken next: that bounds
/// what is held in memory. Where a piece fails, those before it are still handed over, and those behind it are abandoned. So
/// whoever takes the results sees what it would see if it did the pieces itself, one after the other.
///
/// Unchecked: everything that changes is behind `condition`.
final class OrderedPipeline<Output: Sendable>: @unchecked Sendable {
  /// How far a piece of work is, for those who watch.
  struct Status: Sendable {
    let piece: Int
    var cycle: Int64 = 0
    var bound: Int64 = 0
  }

  /// What a piece of work is told, and tells.
  struct Monitor: Sendable {
    fileprivate let pipeline: OrderedPipeline
    fileprivate let piece: Int

    /// Whether the piece is still wanted.
    var isWanted: Bool { pipeline.isWanted(piece) }

    /// Notes how far the piece is; false if it is not wanted any more.
    func update(cycle: Int64, bound: Int64) -> Bool { pipeline.update(piece, cycle: cycle, bound: bound) }
  }

  private let condition = NSCondition()
  private let count: Int
  private let ahead: Int
  private let isCancelled: @Sendable () -> Bool
  private let work: @Sendable (Int, Monitor) throws -> Output
  private var started = 0
  private var taken = 0
  /// Pieces from here on are not wanted.
  private var end: Int
  private var threads = 0
  private var results: [Int: Result<Output, any Error>] = [:]
  private var running: [Status] = []

  /// - Parameters:
  ///   - jobs: threads at work.
  ///   - isCancelled: whether everything is to end; asked now and then, from any thread.
  ///   - work: does a piece; throws `CancellationError` when the monitor says that it is not wanted.
  init(
    count: Int, jobs: Int, isCancelled: @escaping @Sendable () -> Bool,
    work: @escaping @Sendable (Int, Monitor) throws -> Output
  ) {
    self.count = count
    ahead = jobs == 1 ? 0 : jobs
    self.isCancelled = isCancelled
    self.work = work
    end = count
    threads = min(jobs, count)
    for _ in 0..<threads {
      let thread = Thread { [self] in run() }
      // As much as the main thread has: a deep recursion must not depend on where it runs.
      thread.stackSize = 8 << 20
      thread.start()
    }
  }

  /// Waits for the next piece in order.
  ///
  /// - Parameter update: called a few times a second while waiting, with the pieces at work, in order.
  /// - Returns: nil when all have been taken.
  /// - Throws: what the piece threw; `CancellationError` when everything is to end.
  func next(_ update: ([Status]) -> Void) throws -> Output? {
    guard taken < count else { return nil }
    while true {
      condition.lock()
      if let result = results.removeValue(forKey: taken) {
        taken += 1
        condition.broadcast()
        condition.unlock()
        return try result.get()
      }
      _ = condition.wait(until: Date(timeIntervalSinceNow: 0.1))
      let statuses = running
      condition.unlock()
      if isCancelled() { throw CancellationError() }
      update(statuses)
    }
  }

  /// Abandons what is not taken, and waits until no thread is left.
  func finish() {
    condition.lock()
    end = 0
    condition.broadcast()
    while threads > 0 { condition.wait() }
    condition.unlock()
  }

  private func run() {
    while let piece = begin() {
      let result = Result { try work(piece, Monitor(pipeline: self, piece: piece)) }
      condition.lock()
      running.removeAll { $0.piece == piece }
      results[piece] = result
      if case .failure = result { end = min(end, piece + 1) }
      condition.broadcast()
      condition.unlock()
    }
    condition.lock()
    threads -= 1
    condition.broadcast()
    condition.unlock()
  }

  /// The piece to do next; nil when there is none.
  private func begin() -> Int? {
    condition.lock()
    defer { condition.unlock() }
    while started < end, started > taken + ahead { condition.wait() }
    guard started < end else { return nil }
    let piece = started
    started += 1
    running.append(Status(piece: piece))
    return piece
  }

  private func isWanted(_ piece: Int) -> Bool {
    condition.lock()
    defer { condition.unlock() }
    return piece < end && !isCancelled()
  }

  private func update(_ piece: Int, cycle: Int64, bound: Int64) -> Bool {
    condition.lock()
    defer { condition.unlock() }
    if let place = running.firstIndex(where: { $0.piece == piece }) {
      running[place].cycle = cycle
      running[place].bound = bound
    }
    return piece < end && !isCancelled()
  }
}
