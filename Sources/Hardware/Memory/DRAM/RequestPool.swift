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
  /// First come, first served: nothing but the oldest request is ever looked at.
  private let onlyOldest: Bool
  /// Nothing can be done for any request before this clock; a lower bound. `Int64.max` in an empty pool.
  private(set) var wakeClock: Int64 = .max

  init(capacity: Int, onlyOldest: Bool = false) {
    self.onlyOldest = onlyOldest
    requests = Array(repeating: .unused, count: capacity)
    wakeClocks = Array(repeating: .max, count: capacity)
    transactions = Array(repeating: .max, count: capacity)
    banks = Array(repeating: -1, count: capacity)
    unusedPlaces = (0..<capacity).reversed()
  }

  var isEmpty: Bool { count == 0 }

  var isFull: Bool { unusedPlaces.isEmpty }

  func contains(_ transaction: UInt64) -> Bool {
    guard count > 0 else { return false }
    return transactions.withUnsafeBufferPointer { transactions in
      var isFound = false
      for place in 0..<transactions.count { isFound = isFound || transactions[place] == transaction }
      return isFound
    }
  }

  mutating func insert(_ request: QueuedRequest) {
    guard let place = unusedPlaces.popLast() else { preconditionFailure("A request entered a full queue.") }
    entered += 1
    count += 1
    requests[place] = request
    requests[place].sequence = entered
    wakeClocks[place] = 0
    wakeClock = 0
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
    // Another request is now the oldest.
    if onlyOldest { wakeClock = 0 }
    if count == 0 { wakeClock = .max }
  }

  mutating func markCounted(at place: Int) { requests[place].isCounted = true }

  /// A command has changed the state of a bank: its requests wait for other clocks now.
  @inline(__always)
  mutating func updateWakeClocks(bank: Int32, _ channel: inout DRAMChannel) {
    guard count > 0 else { return }
    banks.withUnsafeBufferPointer { banks in
      for place in 0..<banks.count where banks[place] == bank {
        wakeClocks[place] = channel.device.earliestClock(channel.nextCommand(for: requests[place]), bank: Int(bank))
        wakeClock = min(wakeClock, wakeClocks[place])
      }
    }
  }

  /// Many banks have changed: all requests must be looked at again.
  mutating func wakeAll() {
    guard count > 0 else { return }
    for place in banks.indices where banks[place] >= 0 { wakeClocks[place] = 0 }
    wakeClock = 0
  }

  /// The place of the oldest request for which `isWanted` holds; -1 without one.
  @inline(__always)
  func oldest(where isWanted: (QueuedRequest) -> Bool) -> Int {
    var best = -1
    guard count > 0 else { return best }
    requests.withUnsafeBufferPointer { requests in
      banks.withUnsafeBufferPointer { banks in
        for place in 0..<min(requests.count, banks.count) where banks[place] >= 0 && isWanted(requests[place]) {
          if best < 0 || requests[place].isOlder(than: requests[best]) { best = place }
        }
      }
    }
    return best
  }

  /// The place of the oldest request whose next command is legal; -1 without one.
  ///
  /// - Parameter eligibility: whether a legal command may be chosen. A request that is `.held` is not asked again
  ///   before `updateWakeClocks` for its bank.
  @inline(__always)
  mutating func oldestReady(
    at clock: Int64, _ channel: inout DRAMChannel, _ eligibility: (QueuedRequest, DRAMCommand, DRAMDevice.View) -> RequestEligibility
  ) -> Int {
    var best = -1
    guard wakeClock <= clock else { return best }
    let only = onlyOldest ? oldest { _ in true } : -1
    // The least wake clock of all requests but the best one, which is about to go on.
    var least = Int64.max
    requests.withUnsafeBufferPointer { requests in
      wakeClocks.withUnsafeMutableBufferPointer { wakeClocks in
        channel.device.withView { device in
          for place in 0..<wakeClocks.count {
            guard wakeClocks[place] <= clock else {
              least = min(least, wakeClocks[place])
              continue
            }
            if onlyOldest, only != place { continue }
            if best >= 0, requests[best].isOlder(than: requests[place]) {
              least = min(least, wakeClocks[place])
              continue
            }
            let bank = Int(requests[place].bank)
            let openRow = device.openRow(ofBank: bank)
            let command: DRAMCommand =
              if openRow == DRAMDevice.closed {
                .activate
              } else if openRow == requests[place].row {
                channel.columnCommand(isWrite: requests[place].isWrite)
              } else {
                .precharge
              }
            wakeClocks[place] = device.earliestClock(command, bank: bank)
            if wakeClocks[place] <= clock {
              switch eligibility(requests[place], command, device) {
              case .eligible:
                if best >= 0 { least = min(least, wakeClocks[best]) }
                best = place
                continue
              case .otherBus: break
              case .held: wakeClocks[place] = .max
              }
            }
            least = min(least, wakeClocks[place])
          }
        }
      }
    }
    wakeClock = least
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
