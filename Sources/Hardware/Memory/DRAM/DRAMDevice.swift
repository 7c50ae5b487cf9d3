// SPDX-License-Identifier: Apache-2.0

/// The banks of one channel: which row each holds open, and the earliest legal clock of every command.
///
/// Each node of the hierarchy (channel, pseudo channel, rank, bank group, bank) keeps, per command, the earliest clock
/// that the constraints met in it allow; a command is legal when all nodes on its path allow it. Issuing a command moves
/// these clocks by the constraints that name it as the earlier one, so that a check is a maximum of five numbers and
/// never looks at history. Earliest clocks only grow: an earlier answer stays a lower bound.
struct DRAMDevice: Sendable {
  static let closed: Int32 = -1
  /// Commands per node, rounded to a power of two.
  private static let stride = 16

  /// What one earlier command does to one later command in the nodes of one level.
  private struct Rule {
    var next: Int
    var distance: Int64
    /// Which window's oldest clock the distance counts from; -1 for the command itself.
    var window: Int
    var delaysSiblings: Bool
  }

  /// A ring of clocks per rank: the last `length` commands that one windowed constraint counts.
  private struct Window {
    var length: Int
    /// Where the ring of rank 0 starts in `windowClocks`.
    var start: Int
    var previous: DRAMCommandSet
  }

  let ranks: Int
  let banksPerRank: Int
  /// Row that each bank holds open, `closed` otherwise; banks of rank 0 first, within a rank by bank group.
  private(set) var openRow: [Int32]
  /// Column commands that each bank served since its row was opened.
  private(set) var columnCommands: [Int32]
  /// Open banks of each rank.
  private(set) var openBanks: [Int32]
  private var earliest: [Int64]
  private var windowClocks: [Int64]
  private var windowCursor: [Int]

  private let rules: [Rule]
  /// Where the rules of a level and command start in `rules`: entry `level * stride + command`, up to the next entry.
  private let ruleStart: [Int]
  private let windows: [Window]
  private let rankShift: Int
  private let groupShift: Int
  private let pseudoChannelShift: Int
  private let firstRankNode: Int
  private let firstGroupNode: Int
  private let firstBankNode: Int

  init(organisation: DRAMOrganisation, constraints: [DRAMConstraint]) {
    ranks = organisation.ranksPerChannel
    banksPerRank = organisation.banksPerRank
    let banks = organisation.banksPerChannel
    rankShift = banksPerRank.trailingZeroBitCount
    groupShift = organisation.banksPerGroup.trailingZeroBitCount
    pseudoChannelShift = organisation.ranks.trailingZeroBitCount
    firstRankNode = 1 + organisation.pseudoChannels
    firstGroupNode = firstRankNode + ranks
    firstBankNode = firstGroupNode + ranks * organisation.bankGroups
    openRow = Array(repeating: Self.closed, count: banks)
    columnCommands = Array(repeating: 0, count: banks)
    openBanks = Array(repeating: 0, count: ranks)
    earliest = Array(repeating: 0, count: (firstBankNode + banks) * Self.stride)

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
    for level in DRAMLevel.allCases {
      for value in 0..<Self.stride {
        starts.append(rules.count)
        guard let previous = DRAMCommand(rawValue: UInt8(value)) else { continue }
        for (constraint, window) in zip(constraints, windowOfConstraint)
        where constraint.level == level && constraint.previous.contains(DRAMCommandSet(previous)) {
          for next in constraint.next.commands {
            rules.append(
              Rule(
                next: Int(next.rawValue), distance: Int64(constraint.distance), window: window,
                delaysSiblings: constraint.scope == .siblings))
          }
        }
      }
    }
    starts.append(rules.count)
    self.rules = rules
    self.windows = windows
    ruleStart = starts
    // Far enough in the past to delay nothing.
    windowClocks = Array(repeating: Int64.min / 2, count: clocks)
    windowCursor = Array(repeating: 0, count: windows.count * ranks)
  }

  func rank(ofBank bank: Int) -> Int { bank >> rankShift }

  /// The earliest clock at which all constraints allow a command to one bank; may lie in the past.
  @inline(__always)
  func earliestClock(_ command: DRAMCommand, bank: Int) -> Int64 {
    let slot = Int(command.rawValue)
    let group = firstGroupNode + bank >> groupShift
    return max(
      earliestClock(command, rank: bank >> rankShift), earliest[group * Self.stride + slot],
      earliest[(firstBankNode + bank) * Self.stride + slot])
  }

  /// The earliest clock at which all constraints allow a command to a whole rank; may lie in the past.
  @inline(__always)
  func earliestClock(_ command: DRAMCommand, rank: Int) -> Int64 {
    let slot = Int(command.rawValue)
    let pseudoChannel = 1 + rank >> pseudoChannelShift
    return max(
      earliest[slot], earliest[pseudoChannel * Self.stride + slot],
      earliest[(firstRankNode + rank) * Self.stride + slot])
  }

  /// Performs a command on one bank.
  mutating func issue(_ command: DRAMCommand, bank: Int, row: Int32, at clock: Int64) {
    let rank = bank >> rankShift
    delay(command, rank: rank, at: clock)
    delay(command, level: .bankGroup, node: firstGroupNode + bank >> groupShift, rank: rank, at: clock)
    delay(command, level: .bank, node: firstBankNode + bank, rank: rank, at: clock)
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
    delay(command, rank: rank, at: clock)
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

  /// Applies the constraints of the levels from the channel down to the rank.
  private mutating func delay(_ command: DRAMCommand, rank: Int, at clock: Int64) {
    for window in 0..<windows.count where windows[window].previous.contains(DRAMCommandSet(command)) {
      let ring = window * ranks + rank
      windowClocks[windows[window].start + rank * windows[window].length + windowCursor[ring]] = clock
      windowCursor[ring] = windowCursor[ring] + 1 == windows[window].length ? 0 : windowCursor[ring] + 1
    }
    delay(command, level: .channel, node: 0, rank: rank, at: clock)
    delay(command, level: .pseudoChannel, node: 1 + rank >> pseudoChannelShift, rank: rank, at: clock)
    delay(command, level: .rank, node: firstRankNode + rank, rank: rank, at: clock)
  }

  @inline(__always)
  private mutating func delay(_ command: DRAMCommand, level: DRAMLevel, node: Int, rank: Int, at clock: Int64) {
    let index = level.rawValue * Self.stride + Int(command.rawValue)
    for ruleIndex in ruleStart[index]..<ruleStart[index + 1] {
      let rule = rules[ruleIndex]
      if rule.delaysSiblings {
        let first = (rank >> pseudoChannelShift) << pseudoChannelShift
        for other in first..<first + 1 << pseudoChannelShift where other != rank {
          raise((firstRankNode + other) * Self.stride + rule.next, to: clock + rule.distance)
        }
      } else if rule.window >= 0 {
        // After the push the cursor points at the oldest clock of the ring.
        let window = windows[rule.window]
        let oldest = windowClocks[window.start + rank * window.length + windowCursor[rule.window * ranks + rank]]
        raise(node * Self.stride + rule.next, to: oldest + rule.distance)
      } else {
        raise(node * Self.stride + rule.next, to: clock + rule.distance)
      }
    }
  }

  @inline(__always)
  private mutating func raise(_ slot: Int, to clock: Int64) {
    if earliest[slot] < clock { earliest[slot] = clock }
  }
}
