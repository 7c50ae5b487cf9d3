// SPDX-License-Identifier: Apache-2.0

/// A rule of the standard that a command timeline broke.
public struct TimelineViolation: Equatable, Sendable, CustomStringConvertible {
  /// The timing or the rule: `nFAW`, `data bus`, `bank is closed`, …
  public var rule: String
  /// The command that came too early, or should not have come.
  public var command: DRAMIssuedCommand
  /// The first clock at which it would have been legal; nil where no clock would do.
  public var legalFrom: Int64?

  public var description: String {
    guard let legalFrom else { return "\(rule): \(command)" }
    return "\(rule): \(command), legal from clock \(legalFrom)"
  }
}

/// Checks the command timeline of one channel against the standard's rules.
///
/// It knows the timings and the organisation, and nothing of the controller: not its constraint table, its queues or
/// its policies. Rules are stated between pairs of commands and for the data bus as a whole, from the clocks at which
/// the device has received a command, so that a fault of the controller's bookkeeping cannot repeat itself here.
///
///     var checker = CommandTimelineChecker(specification)
///     for command in controller.commands { checker.check(command) }
///     checker.finish(at: lastClock)
///     #expect(checker.violations == [])
public struct CommandTimelineChecker: Sendable {
  public private(set) var violations: [TimelineViolation] = []

  let timing: DRAMTiming
  private let organisation: DRAMOrganisation
  private let bus: DRAMCommandBus
  private let refresh: DRAMControllerSpecification.Refresh
  /// Refreshes that the standard allows to be late: 8 (DDR4, LPDDR4, HBM2).
  private let postponable: Int
  private var banks: [CheckedBank]
  /// When each bank last received each command, by bank and `DRAMCommand.rawValue`; commands to its whole rank count.
  /// Long ago where it never did.
  private var lastReceived: [Int64]
  private let kinds = DRAMCommand.allCases
  private var dataBuses: [CheckedDataBus]
  /// Clocks at which each rank received its row cycles (ACT, REFpb).
  private var rowCycles: [[Int64]]
  /// Refresh commands of each rank.
  private var refreshes: [Int64]
  /// First clock at which each command bus is free: row or shared, column.
  private var busFree: (Int64, Int64) = (0, 0)
  private var lastClock: Int64 = 0
  /// No pair rule reaches further.
  private let horizon: Int64

  public init(_ specification: DRAMSpecification, postponableRefreshes: Int = 8) {
    timing = specification.timing
    organisation = specification.organisation
    horizon = Int64(
      DRAMTiming.fields.filter { $0.name != "nREFI" && $0.name != "clock_picoseconds" }
        .map { specification.timing[keyPath: $0.path] }.reduce(0, +))
    bus = specification.commandBus
    refresh = specification.controller.refresh
    postponable = postponableRefreshes
    banks = Array(repeating: CheckedBank(), count: organisation.banksPerChannel)
    lastReceived = Array(
      repeating: .min / 2, count: organisation.banksPerChannel * kinds.count)
    dataBuses = Array(repeating: CheckedDataBus(), count: organisation.pseudoChannels)
    rowCycles = Array(repeating: [], count: organisation.ranksPerChannel)
    refreshes = Array(repeating: 0, count: organisation.ranksPerChannel)
  }

  /// Checks the next command of the timeline, against all before it.
  public mutating func check(_ command: DRAMIssuedCommand) {
    guard isPlaced(command) else { return report("address", command, nil) }
    if command.clock < lastClock { report("order", command, lastClock) }
    lastClock = max(lastClock, command.clock)
    checkCommandBus(command)
    checkRefreshCadence(rank: Int(command.rank), at: command.clock, command)
    let received = command.clock + Int64(timing.clocks(of: command.command) - 1)
    checkState(command)
    checkDistances(command, received)
    if command.command == .activate || command.command == .refreshBank { checkActivationWindow(command, received) }
    if command.command.isColumn { checkDataBus(command, received) }
    record(command, received)
  }

  /// Ends the timeline: checks that no rank waits too long for a refresh.
  public mutating func finish(at clock: Int64) {
    for rank in refreshes.indices {
      checkRefreshCadence(
        rank: rank, at: clock,
        DRAMIssuedCommand(
          clock: clock, command: .refreshAll, rank: Int32(rank), bankGroup: -1, bank: -1, row: -1, column: -1))
    }
  }

  private mutating func report(_ rule: String, _ command: DRAMIssuedCommand, _ legalFrom: Int64?) {
    violations.append(TimelineViolation(rule: rule, command: command, legalFrom: legalFrom))
  }

  // MARK: Addresses, buses, refreshes

  private func isPlaced(_ command: DRAMIssuedCommand) -> Bool {
    guard (0..<organisation.ranksPerChannel).contains(Int(command.rank)) else { return false }
    guard !command.command.isRankWide else { return command.bankGroup == -1 && command.bank == -1 }
    guard (0..<organisation.bankGroups).contains(Int(command.bankGroup)),
      (0..<organisation.banksPerGroup).contains(Int(command.bank))
    else { return false }
    guard command.command.isColumn || command.command == .activate else { return true }
    return (0..<organisation.rows).contains(Int(command.row))
      && (0..<organisation.columns).contains(Int(command.column))
  }

  private mutating func checkCommandBus(_ command: DRAMIssuedCommand) {
    let usesColumnBus = bus == .rowAndColumn && command.command.isColumn
    let free = usesColumnBus ? busFree.1 : busFree.0
    if command.clock < free { report("command bus", command, free) }
    let end = command.clock + Int64(timing.clocks(of: command.command))
    if usesColumnBus { busFree.1 = end } else { busFree.0 = end }
  }

  private mutating func checkRefreshCadence(rank: Int, at clock: Int64, _ command: DRAMIssuedCommand) {
    guard refresh != .none else { return }
    let perInterval = refresh == .perBank ? organisation.banksPerRank : 1
    let due = clock * Int64(perInterval) / Int64(timing.nREFI)
    if refreshes[rank] < due - Int64(postponable * perInterval) { report("nREFI", command, nil) }
  }

  // MARK: Bank states

  /// The banks that a command addresses.
  private func targets(_ command: DRAMIssuedCommand) -> Range<Int> {
    let first = Int(command.rank) * organisation.banksPerRank
    if command.command.isRankWide { return first..<first + organisation.banksPerRank }
    let bank = first + Int(command.bankGroup) * organisation.banksPerGroup + Int(command.bank)
    return bank..<bank + 1
  }

  private mutating func checkState(_ command: DRAMIssuedCommand) {
    for bank in targets(command) {
      switch command.command {
      case .activate, .refreshAll, .refreshBank:
        if banks[bank].openRow != nil { report("bank is open", command, nil) }
      case .read, .readAutoPrecharge, .write, .writeAutoPrecharge:
        if banks[bank].openRow == nil {
          report("bank is closed", command, nil)
        } else if banks[bank].openRow != command.row {
          report("other row is open", command, nil)
        }
      case .precharge, .prechargeAll:
        break
      }
    }
  }

  // MARK: Distances

  private mutating func checkDistances(_ command: DRAMIssuedCommand, _ received: Int64) {
    let targets = targets(command)
    let first = Int(command.rank) * organisation.banksPerRank
    var broken: [String: Int64] = [:]
    for other in first..<first + organisation.banksPerRank {
      let relation: CheckedRelation =
        if targets.contains(other) {
          .sameBank
        } else if other / organisation.banksPerGroup == targets.lowerBound / organisation.banksPerGroup {
          .sameGroup
        } else {
          .sameRank
        }
      for earlier in kinds {
        let clock = lastReceived[other * kinds.count + Int(earlier.rawValue)]
        guard received - clock < horizon,
          let (rule, distance) = timing.requiredDistance(from: earlier, to: command.command, relation)
        else { continue }
        if received < clock + Int64(distance) { broken[rule] = max(broken[rule] ?? 0, clock + Int64(distance)) }
      }
      // A bank that precharges by itself does so as soon as it may, and takes nRP as for any precharge.
      if relation == .sameBank, command.command == .activate || command.command.isRefresh,
        let closed = banks[other].selfClosed, received < closed + Int64(timing.nRP)
      {
        broken["auto-precharge"] = max(broken["auto-precharge"] ?? 0, closed + Int64(timing.nRP))
      }
    }
    for (rule, legal) in broken.sorted(by: { $0.key < $1.key }) {
      report(rule, command, legal - Int64(timing.clocks(of: command.command) - 1))
    }
  }

  private mutating func checkActivationWindow(_ command: DRAMIssuedCommand, _ received: Int64) {
    let earlier = rowCycles[Int(command.rank)].suffix(4)
    guard earlier.count == 4, let oldest = earlier.first, received < oldest + Int64(timing.nFAW) else { return }
    report("nFAW", command, oldest + Int64(timing.nFAW) - Int64(timing.clocks(of: command.command) - 1))
  }

  private mutating func checkDataBus(_ command: DRAMIssuedCommand, _ received: Int64) {
    let pseudoChannel = Int(command.rank) / organisation.ranks
    let start = received + Int64(command.command.isRead ? timing.nCL : timing.nCWL)
    let free = dataBuses[pseudoChannel].freeFor(command, timing)
    if start < free { report("data bus", command, command.clock + free - start) }
    dataBuses[pseudoChannel].use(command, start: start, timing)
  }

  private mutating func record(_ command: DRAMIssuedCommand, _ received: Int64) {
    for bank in targets(command) {
      banks[bank].record(command, received, timing)
      lastReceived[bank * kinds.count + Int(command.command.rawValue)] = received
    }
    switch command.command {
    case .activate: rowCycles[Int(command.rank)].append(received)
    case .refreshBank:
      rowCycles[Int(command.rank)].append(received)
      refreshes[Int(command.rank)] += 1
    case .refreshAll: refreshes[Int(command.rank)] += 1
    default: break
    }
    if rowCycles[Int(command.rank)].count > 64 { rowCycles[Int(command.rank)].removeFirst(60) }
  }
}
