// SPDX-License-Identifier: Apache-2.0

/// The banks of one channel: which row each holds open, and the earliest legal clock of every command.
///
/// Each rank, bank group and bank keeps, per command, the earliest clock that the constraints met in it allow; a command
/// is legal when all nodes on its path allow it. Issuing a command moves these clocks by the constraints that name it as
/// the earlier one, so that a check is a maximum of three numbers and never looks at history. What holds for a channel
/// or pseudo channel is written into all its ranks. Earliest clocks only grow: an earlier answer stays a lower bound.
struct DRAMDevice: ~Copyable {
  static let closed: Int32 = -1
  /// Slots of a node: one per command, rounded to a power of two.
  private static let slotShift = 4

  // NB: not private, although used here only: Swift 6.3.1 cannot compile a private element type of a generic member of
  // a type that cannot be copied, in debug builds.

  /// The nodes that a constraint delays.
  enum Target: Sendable {
    case allRanks, ranksOfPseudoChannel, siblingRanks, rank, group, bank
  }

  /// What one earlier command does to one later command.
  struct Rule: Sendable {
    var target: Target
    var next: Int
    var distance: Int64
    /// Which window's oldest clock the distance counts from; -1 for the command itself.
    var window: Int
  }

  /// A ring of clocks per rank: the last `length` commands that one windowed constraint counts.
  struct Window: Sendable {
    var length: Int
    /// Where the ring of rank 0 starts in `windowClocks`.
    var start: Int
    var previous: DRAMCommandSet
  }

  let ranks: Int
  let banksPerRank: Int
  /// Row that each bank holds open, `closed` otherwise; banks of rank 0 first, within a rank by bank group.
  let openRow: FixedArray<Int32>
  /// Column commands that each bank served since its row was opened.
  let columnCommands: FixedArray<Int32>
  /// Open banks of each rank.
  let openBanks: FixedArray<Int32>
  /// Ranks first, then bank groups, then banks.
  private let earliest: FixedArray<Int64>
  private let windowClocks: FixedArray<Int64>
  private let windowCursor: FixedArray<Int>

  private let rules: FixedArray<Rule>
  /// The rules of a command start here in `rules` and end where those of the next command start.
  private let ruleStart: FixedArray<Int>
  private let windows: FixedArray<Window>
  private let rankShift: Int
  private let groupShift: Int
  private let pseudoChannelShift: Int
  private let firstGroup: Int
  private let firstBank: Int

  /// - Parameter used: the commands that will ever be asked for; constraints on others are left out.
  init(organisation: DRAMOrganisation, constraints: [DRAMConstraint], used: DRAMCommandSet, in memory: DRAMMemory) {
    ranks = organisation.ranksPerChannel
    banksPerRank = organisation.banksPerRank
    let banks = organisation.banksPerChannel
    rankShift = banksPerRank.trailingZeroBitCount
    groupShift = organisation.banksPerGroup.trailingZeroBitCount
    pseudoChannelShift = organisation.ranks.trailingZeroBitCount
    firstGroup = ranks << Self.slotShift
    firstBank = firstGroup + (ranks * organisation.bankGroups) << Self.slotShift
    openRow = FixedArray(repeating: Self.closed, count: banks, in: memory)
    columnCommands = FixedArray(repeating: 0, count: banks, in: memory)
    openBanks = FixedArray(repeating: 0, count: ranks, in: memory)
    earliest = FixedArray(repeating: 0, count: firstBank + banks << Self.slotShift, in: memory)

    var windows: [Window] = []
    var clocks = 0
    var windowOfConstraint: [Int] = []
    for constraint in constraints {
      precondition(
        constraint.level == .rank || (constraint.window == 1 && constraint.scope == .same),
        "Windows and siblings are kept for ranks only.")
      guard constraint.window > 1 else {
        windowOfConstraint.append(-1)
        continue
      }
      windowOfConstraint.append(windows.count)
      windows.append(Window(length: constraint.window, start: clocks, previous: constraint.previous))
      clocks += constraint.window * ranks
    }
    var rules: [Rule] = []
    var starts: [Int] = []
    for previous in DRAMCommand.allCases {
      starts.append(rules.count)
      for (constraint, window) in zip(constraints, windowOfConstraint)
      where constraint.previous.contains(DRAMCommandSet(previous)) {
        guard let target = Self.target(of: constraint, organisation) else { continue }
        for next in constraint.next.commands where used.contains(DRAMCommandSet(next)) {
          let rule = Rule(
            target: target, next: Int(next.rawValue), distance: Int64(constraint.distance), window: window)
          // Of two rules that do the same, the longer is enough.
          let same = rules.indices.dropFirst(starts[starts.count - 1]).first {
            rules[$0].target == target && rules[$0].next == rule.next && rules[$0].window == window && window < 0
          }
          if let same {
            rules[same].distance = max(rules[same].distance, rule.distance)
          } else {
            rules.append(rule)
          }
        }
      }
    }
    starts.append(rules.count)
    self.rules = FixedArray(constant: rules, in: memory)
    self.windows = FixedArray(constant: windows, in: memory)
    ruleStart = FixedArray(constant: starts, in: memory)
    // Far enough in the past to delay nothing.
    windowClocks = FixedArray(repeating: Int64.min / 2, count: clocks, in: memory)
    windowCursor = FixedArray(repeating: 0, count: windows.count * ranks, in: memory)
  }

  /// The nodes that a constraint delays, the smallest set that says it; nil where there are none.
  private static func target(of constraint: DRAMConstraint, _ organisation: DRAMOrganisation) -> Target? {
    switch constraint.level {
    case .channel: organisation.ranksPerChannel == 1 ? .rank : .allRanks
    case .pseudoChannel: organisation.ranks == 1 ? .rank : .ranksOfPseudoChannel
    case .rank where constraint.scope == .siblings: organisation.ranks == 1 ? nil : .siblingRanks
    case .rank: .rank
    case .bankGroup: organisation.banksPerGroup == 1 ? .bank : .group
    case .bank: .bank
    }
  }

  @inline(__always)
  func rank(ofBank bank: Int) -> Int { bank &>> rankShift }

  /// The earliest clock at which all constraints allow a command to one bank; may lie in the past.
  @inline(__always)
  func earliestClock(_ command: DRAMCommand, bank: Int) -> Int64 {
    let slot = Int(command.rawValue)
    return max(
      earliest[(bank &>> rankShift) &<< Self.slotShift | slot],
      earliest[firstGroup &+ (bank &>> groupShift) &<< Self.slotShift | slot],
      earliest[firstBank &+ bank &<< Self.slotShift | slot])
  }

  /// The earliest clock at which all constraints allow a command to a whole rank; may lie in the past.
  @inline(__always)
  func earliestClock(_ command: DRAMCommand, rank: Int) -> Int64 {
    earliest[rank &<< Self.slotShift | Int(command.rawValue)]
  }

  /// Performs a command on one bank.
  mutating func issue(_ command: DRAMCommand, bank: Int, row: Int32, at clock: Int64) {
    let rank = bank &>> rankShift
    delay(command, rank: rank, bank: bank, at: clock)
    switch command {
    case .activate:
      precondition(openRow[bank] == Self.closed, "An open bank was activated.")
      openRow[bank] = row
      columnCommands[bank] = 0
      openBanks[rank] += 1
    case .precharge:
      close(bank: bank, rank: rank)
    case .read, .write:
      precondition(openRow[bank] == row, "A column command reached a bank without its row.")
      columnCommands[bank] += 1
    case .readAutoPrecharge, .writeAutoPrecharge:
      precondition(openRow[bank] == row, "A column command reached a bank without its row.")
      close(bank: bank, rank: rank)
    case .refreshBank:
      precondition(openRow[bank] == Self.closed, "An open bank was refreshed.")
    case .prechargeAll, .refreshAll:
      preconditionFailure("\(command.mnemonic) addresses a rank, not a bank.")
    }
  }

  /// Performs a command on all banks of a rank.
  mutating func issue(_ command: DRAMCommand, rank: Int, at clock: Int64) {
    // Rank-wide commands have rules for ranks only; the bank is not used.
    delay(command, rank: rank, bank: rank &<< rankShift, at: clock)
    switch command {
    case .prechargeAll:
      for bank in rank << rankShift..<(rank + 1) << rankShift { openRow[bank] = Self.closed }
      openBanks[rank] = 0
    case .refreshAll:
      precondition(openBanks[rank] == 0, "A rank with an open bank was refreshed.")
    default:
      preconditionFailure("\(command.mnemonic) addresses a bank, not a rank.")
    }
  }

  private mutating func close(bank: Int, rank: Int) {
    precondition(openRow[bank] != Self.closed, "A closed bank was precharged.")
    openRow[bank] = Self.closed
    openBanks[rank] -= 1
  }

  /// Applies the constraints of a command.
  private mutating func delay(_ command: DRAMCommand, rank: Int, bank: Int, at clock: Int64) {
    for window in 0..<windows.count where windows[window].previous.contains(DRAMCommandSet(command)) {
      let ring = window * ranks + rank
      windowClocks[windows[window].start + rank * windows[window].length + windowCursor[ring]] = clock
      windowCursor[ring] = windowCursor[ring] + 1 == windows[window].length ? 0 : windowCursor[ring] + 1
    }
    let index = Int(command.rawValue)
    for ruleIndex in ruleStart[index]..<ruleStart[index + 1] {
      let rule = rules[ruleIndex]
      var allowed = clock &+ rule.distance
      if rule.window >= 0 {
        // After the push the cursor points at the oldest clock of the ring.
        let window = windows[rule.window]
        let cursor = windowCursor[rule.window &* ranks &+ rank]
        allowed = windowClocks[window.start &+ rank &* window.length &+ cursor] &+ rule.distance
      }
      switch rule.target {
      case .bank:
        raise(firstBank &+ bank &<< Self.slotShift | rule.next, to: allowed)
      case .group:
        raise(firstGroup &+ (bank &>> groupShift) &<< Self.slotShift | rule.next, to: allowed)
      case .rank:
        raise(rank &<< Self.slotShift | rule.next, to: allowed)
      case .allRanks:
        for other in 0..<ranks { raise(other &<< Self.slotShift | rule.next, to: allowed) }
      case .ranksOfPseudoChannel, .siblingRanks:
        let first = (rank &>> pseudoChannelShift) &<< pseudoChannelShift
        for other in first..<first &+ 1 &<< pseudoChannelShift
        where other != rank || rule.target == .ranksOfPseudoChannel {
          raise(other &<< Self.slotShift | rule.next, to: allowed)
        }
      }
    }
  }

  @inline(__always)
  private mutating func raise(_ slot: Int, to clock: Int64) {
    if earliest[slot] < clock { earliest[slot] = clock }
  }
}
