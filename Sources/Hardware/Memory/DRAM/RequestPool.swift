// SPDX-License-Identifier: Apache-2.0

/// Requests that wait together, in places that do not move, each with a clock before which nothing can be done for it.
///
/// What every clock looks at lies densely beside the requests: the wake clocks, the banks and the transactions.
struct RequestPool: Sendable {
  private(set) var count = 0
  private(set) var requests: [QueuedRequest]
  /// No command for the request is legal before this clock; a lower bound. `Int64.max` in unused places.
  private var wakeClocks: [Int64]
  private var transactions: [UInt64]
  private var banks: [Int32]
  private var unusedPlaces: [Int]
  private var entered: Int64 = 0

  init(capacity: Int) {
    requests = Array(repeating: .unused, count: capacity)
    wakeClocks = Array(repeating: .max, count: capacity)
    transactions = Array(repeating: .max, count: capacity)
    banks = Array(repeating: -1, count: capacity)
    unusedPlaces = (0..<capacity).reversed()
  }

  var isEmpty: Bool { count == 0 }

  var isFull: Bool { unusedPlaces.isEmpty }

  func contains(_ transaction: UInt64) -> Bool { count > 0 && transactions.contains(transaction) }

  mutating func insert(_ request: QueuedRequest) {
    guard let place = unusedPlaces.popLast() else { preconditionFailure("A request entered a full queue.") }
    entered += 1
    count += 1
    requests[place] = request
    requests[place].sequence = entered
    wakeClocks[place] = 0
    transactions[place] = request.transaction
    banks[place] = request.bank
  }

  mutating func remove(at place: Int) {
    precondition(banks[place] >= 0, "A request left a queue that it was not in.")
    count -= 1
    wakeClocks[place] = .max
    transactions[place] = .max
    banks[place] = -1
    unusedPlaces.append(place)
  }

  mutating func markCounted(at place: Int) { requests[place].isCounted = true }

  /// The state of a bank has changed: its requests must be looked at again.
  mutating func wake(bank: Int32) {
    guard count > 0 else { return }
    wakeClocks.withUnsafeMutableBufferPointer { wakeClocks in
      banks.withUnsafeBufferPointer { banks in
        for place in 0..<min(banks.count, wakeClocks.count) where banks[place] == bank { wakeClocks[place] = 0 }
      }
    }
  }

  mutating func wakeAll() {
    for place in banks.indices where banks[place] >= 0 { wakeClocks[place] = 0 }
  }

  /// The least wake clock.
  var wakeClock: Int64 {
    guard count > 0 else { return .max }
    return wakeClocks.withUnsafeBufferPointer { $0.reduce(Int64.max) { $0 < $1 ? $0 : $1 } }
  }

  /// The place of the oldest request for which `isWanted` holds; -1 without one.
  @inline(__always)
  func oldest(where isWanted: (QueuedRequest) -> Bool) -> Int {
    var best = -1
    guard count > 0 else { return best }
    for place in requests.indices where banks[place] >= 0 && isWanted(requests[place]) {
      if best < 0 || requests[place].isOlder(than: requests[best]) { best = place }
    }
    return best
  }

  /// The place of the oldest request whose next command is legal; -1 without one.
  ///
  /// - Parameters:
  ///   - onlyOldest: looks at the oldest request alone.
  ///   - isEligible: whether a legal command may be chosen. A request whose command is held by another request must be
  ///     woken by `wake(bank:)` when that one is served: it answers `.held` and is not asked again before.
  @inline(__always)
  mutating func oldestReady(
    at clock: Int64, onlyOldest: Bool, _ channel: DRAMChannel,
    _ eligibility: (QueuedRequest, DRAMCommand) -> RequestEligibility
  ) -> Int {
    var best = -1
    guard count > 0 else { return best }
    let only = onlyOldest ? oldest { _ in true } : -1
    for place in wakeClocks.indices where wakeClocks[place] <= clock && (only < 0 || only == place) {
      let request = requests[place]
      if best >= 0, requests[best].isOlder(than: request) { continue }
      let command = channel.nextCommand(for: request)
      let earliest = channel.device.earliestClock(command, bank: Int(request.bank))
      guard earliest <= clock else {
        wakeClocks[place] = earliest
        continue
      }
      switch eligibility(request, command) {
      case .eligible: best = place
      case .otherBus: continue
      case .held: wakeClocks[place] = .max
      }
    }
    return best
  }
}

/// Whether a request with a legal command may be chosen.
enum RequestEligibility {
  case eligible
  /// Its command goes over the bus that is not being served now.
  case otherBus
  /// Its command would harm another request, which is served first.
  case held
}
