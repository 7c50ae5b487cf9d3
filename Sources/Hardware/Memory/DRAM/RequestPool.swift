// SPDX-License-Identifier: Apache-2.0

/// Requests that wait together, in places that do not move, each with a clock before which nothing can be done for it.
///
/// What every clock looks at lies densely beside the requests: the wake clocks, the banks and the transactions.
struct RequestPool: ~Copyable {
  let requests: FixedArray<QueuedRequest>
  /// No command for the request is legal before this clock; a lower bound. `Int64.max` in unused places.
  private let wakeClocks: FixedArray<Int64>
  /// `UInt64.max` in unused places.
  private let transactions: FixedArray<UInt64>
  /// -1 in unused places.
  private let banks: FixedArray<Int32>
  /// The places of each bank's requests as a chain; -1 ends it.
  private let firstOfBank: FixedArray<Int32>
  private let nextOfBank: FixedArray<Int32>
  /// All places in use as a chain in order of age; -1 ends it in both directions.
  private let nextInOrder: FixedArray<Int32>
  private let previousInOrder: FixedArray<Int32>
  /// The first `count` places of a stack are in use, the others free.
  private let freePlaces: FixedArray<Int32>
  private let registers: FixedCell<Registers>
  private let scheduler: DRAMControllerSpecification.Scheduler

  private struct Registers: BitwiseCopyable {
    var count = 0
    /// Requests that ever entered.
    var entered: Int64 = 0
    var wakeClock = Int64.max
    var first: Int32 = -1
    var last: Int32 = -1
  }

  init(
    capacity: Int, banks bankCount: Int, scheduler: DRAMControllerSpecification.Scheduler, in memory: DRAMMemory
  ) {
    self.scheduler = scheduler
    requests = FixedArray(repeating: .unused, count: capacity, in: memory)
    wakeClocks = FixedArray(repeating: .max, count: capacity, in: memory)
    transactions = FixedArray(repeating: .max, count: capacity, in: memory)
    banks = FixedArray(repeating: -1, count: capacity, in: memory)
    firstOfBank = FixedArray(repeating: -1, count: bankCount, in: memory)
    nextOfBank = FixedArray(repeating: -1, count: capacity, in: memory)
    nextInOrder = FixedArray(repeating: -1, count: capacity, in: memory)
    previousInOrder = FixedArray(repeating: -1, count: capacity, in: memory)
    freePlaces = FixedArray(repeating: 0, count: capacity, in: memory)
    for place in 0..<capacity { freePlaces[place] = Int32(place) }
    registers = FixedCell(Registers(), in: memory)
  }

  var count: Int { @inline(__always) get { registers.value.count } }

  /// Nothing can be done for any request before this clock; a lower bound. `Int64.max` in an empty pool.
  private(set) var wakeClock: Int64 {
    @inline(__always) get { registers.value.wakeClock }
    @inline(__always) nonmutating set { registers.value.wakeClock = newValue }
  }

  var isEmpty: Bool { count == 0 }

  var isFull: Bool { count == requests.count }

  func contains(_ transaction: UInt64) -> Bool {
    guard count > 0 else { return false }
    for place in 0..<transactions.count where transactions[place] == transaction { return true }
    return false
  }

  mutating func insert(_ request: QueuedRequest) {
    precondition(!isFull, "A request entered a full queue.")
    let place = Int(freePlaces[count])
    registers.value.entered += 1
    registers.value.count += 1
    var entering = request
    entering.sequence = registers.value.entered
    requests[place] = entering
    wakeClocks[place] = 0
    wakeClock = 0
    transactions[place] = request.transaction
    banks[place] = request.bank
    nextOfBank[place] = firstOfBank[Int(request.bank)]
    firstOfBank[Int(request.bank)] = Int32(place)
    enchain(place)
  }

  /// Puts a place into the chain by age: at its end, unless the request waited elsewhere before.
  private func enchain(_ place: Int) {
    var previous = registers.value.last
    while previous >= 0, requests[place].isOlder(than: requests[Int(previous)]) {
      previous = previousInOrder[Int(previous)]
    }
    let next = previous < 0 ? registers.value.first : nextInOrder[Int(previous)]
    previousInOrder[place] = previous
    nextInOrder[place] = next
    if previous < 0 { registers.value.first = Int32(place) } else { nextInOrder[Int(previous)] = Int32(place) }
    if next < 0 { registers.value.last = Int32(place) } else { previousInOrder[Int(next)] = Int32(place) }
  }

  mutating func remove(at place: Int) {
    precondition(banks[place] >= 0, "A request left a queue that it was not in.")
    unchain(place)
    let (previous, next) = (previousInOrder[place], nextInOrder[place])
    if previous < 0 { registers.value.first = next } else { nextInOrder[Int(previous)] = next }
    if next < 0 { registers.value.last = previous } else { previousInOrder[Int(next)] = previous }
    registers.value.count -= 1
    wakeClocks[place] = .max
    transactions[place] = .max
    banks[place] = -1
    freePlaces[count] = Int32(place)
    // First come, first served: another request is now the only one looked at.
    if scheduler == .fcfs { wakeClock = 0 }
    if count == 0 { wakeClock = .max }
  }

  private mutating func unchain(_ place: Int) {
    let bank = Int(banks[place])
    var link = Int(firstOfBank[bank])
    if link == place {
      firstOfBank[bank] = nextOfBank[place]
      return
    }
    while Int(nextOfBank[link]) != place { link = Int(nextOfBank[link]) }
    nextOfBank[link] = nextOfBank[place]
  }

  mutating func markCounted(at place: Int) { requests.update(place) { $0.isCounted = true } }

  /// A command has changed the state of a bank: its requests wait for other clocks now.
  mutating func updateWakeClocks(bank: Int32, _ channel: inout DRAMChannel) {
    var link = firstOfBank[Int(bank)]
    while link >= 0 {
      let place = Int(link)
      wakeClocks[place] = channel.device.earliestClock(
        channel.nextCommand(for: requests[place]), bank: Int(bank))
      wakeClock = min(wakeClock, wakeClocks[place])
      link = nextOfBank[place]
    }
  }

  /// Many banks have changed: all requests must be looked at again.
  mutating func wakeAll() {
    guard count > 0 else { return }
    for place in 0..<banks.count where banks[place] >= 0 { wakeClocks[place] = 0 }
    wakeClock = 0
  }

  /// The place of the oldest request for which `isWanted` holds; -1 without one.
  @inline(__always)
  func oldest(where isWanted: (QueuedRequest) -> Bool) -> Int {
    var place = registers.value.first
    while place >= 0 {
      if isWanted(requests[Int(place)]) { return Int(place) }
      place = nextInOrder[Int(place)]
    }
    return -1
  }

  /// The place of the oldest request whose next command is legal and does no harm; -1 without one.
  ///
  /// A command harms where it closes a bank that was opened for a request which still waits, or, with the row-hit
  /// scheduler, a row that an older request of this pool hits. Such a request is not looked at again before
  /// `updateWakeClocks` for its bank.
  /// - Parameters:
  ///   - slot: the bus that the command must go over.
  ///   - activeOfBank: for how many waiting requests each bank was opened.
  mutating func oldestReady(
    at clock: Int64, _ slot: CommandSlot, activeOfBank: FixedArray<Int32>, _ channel: inout DRAMChannel
  ) -> Int {
    var best = -1
    guard wakeClock <= clock else { return best }
    let only = scheduler == .fcfs ? oldest { _ in true } : -1
    // The least wake clock of all requests but the best one, which is about to go on.
    var least = Int64.max
    for place in 0..<wakeClocks.count {
      let wake = wakeClocks[place]
      guard wake <= clock else {
        least = min(least, wake)
        continue
      }
      if only >= 0, only != place { continue }
      let request = requests[place]
      if best >= 0, requests[best].isOlder(than: request) {
        least = min(least, wake)
        continue
      }
      let command = channel.nextCommand(for: request)
      var next = channel.device.earliestClock(command, bank: Int(request.bank))
      if next <= clock, slot.matches(command) {
        if isHarmful(command, request, activeOfBank, &channel) {
          next = .max
        } else {
          if best >= 0 { least = min(least, wakeClocks[best]) }
          wakeClocks[place] = next
          best = place
          continue
        }
      }
      wakeClocks[place] = next
      least = min(least, next)
    }
    wakeClock = least
    return best
  }

  private func isHarmful(
    _ command: DRAMCommand, _ request: QueuedRequest, _ activeOfBank: FixedArray<Int32>,
    _ channel: inout DRAMChannel
  ) -> Bool {
    guard command.isClosing else { return false }
    if activeOfBank[Int(request.bank)] > 0 { return true }
    guard scheduler == .frfcfsRowHit, command == .precharge else { return false }
    let openRow = channel.device.openRow[Int(request.bank)]
    var link = firstOfBank[Int(request.bank)]
    while link >= 0 {
      let other = requests[Int(link)]
      if other.row == openRow, other.arrival <= request.arrival { return true }
      link = nextOfBank[Int(link)]
    }
    return false
  }
}

/// Which commands a choice is limited to: those of one of two buses.
enum CommandSlot {
  case any, column, row

  @inline(__always)
  func matches(_ command: DRAMCommand) -> Bool {
    switch self {
    case .any: true
    case .column: command.isColumn
    case .row: !command.isColumn
    }
  }
}
