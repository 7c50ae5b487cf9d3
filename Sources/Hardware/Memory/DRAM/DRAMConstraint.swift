// SPDX-License-Identifier: Apache-2.0

/// A level of the hierarchy at which a constraint between commands holds.
public enum DRAMLevel: Int, CaseIterable, Sendable {
  case channel, pseudoChannel, rank, bankGroup, bank
}

/// A set of commands.
public struct DRAMCommandSet: OptionSet, Equatable, BitwiseCopyable, Sendable {
  public let rawValue: UInt16

  public init(rawValue: UInt16) { self.rawValue = rawValue }

  public init(_ command: DRAMCommand) { rawValue = 1 << UInt16(command.rawValue) }

  public static let activate = Self(.activate)
  public static let precharge = Self(.precharge)
  public static let prechargeAll = Self(.prechargeAll)
  /// RD alone; `reads` has both kinds.
  public static let read = Self(.read)
  public static let readAuto = Self(.readAutoPrecharge)
  public static let write = Self(.write)
  public static let writeAuto = Self(.writeAutoPrecharge)
  public static let refreshAll = Self(.refreshAll)
  public static let refreshBank = Self(.refreshBank)
  public static let reads: Self = [.read, .readAuto]
  public static let writes: Self = [.write, .writeAuto]

  public var commands: [DRAMCommand] { DRAMCommand.allCases.filter { contains(Self($0)) } }
}

/// The least distance between two commands that meet in one node of the hierarchy.
public struct DRAMConstraint: Equatable, Sendable {
  /// Which nodes the earlier command delays.
  public enum Scope: Sendable {
    /// The node it addresses.
    case same
    /// The other nodes of the same parent.
    case siblings
  }

  /// The timing it comes from, e.g. `nFAW`.
  public var name: String
  public var level: DRAMLevel
  public var previous: DRAMCommandSet
  public var next: DRAMCommandSet
  /// Clocks from the first cycle of the earlier command to the first cycle of the later one.
  public var distance: Int
  /// The distance counts from the `window`-th last earlier command: 1, or 4 for nFAW.
  public var window: Int
  public var scope: Scope

  public init(
    name: String, level: DRAMLevel, previous: DRAMCommandSet, next: DRAMCommandSet, distance: Int, window: Int = 1,
    scope: Scope = .same
  ) {
    self.name = name
    self.level = level
    self.previous = previous
    self.next = next
    self.distance = distance
    self.window = window
    self.scope = scope
  }
}

/// How commands reach a channel.
public enum DRAMCommandBus: String, CaseIterable, Sendable {
  /// One bus for all commands (DDR4, LPDDR4).
  case shared
  /// One bus for row commands and one for column commands (HBM2).
  case rowAndColumn = "row-and-column"

  /// The commands that compete with a given one.
  func commands(sharing command: DRAMCommand) -> DRAMCommandSet {
    let all = DRAMCommand.allCases.filter { self == .shared || $0.isColumn == command.isColumn }
    return all.reduce(into: []) { $0.insert(DRAMCommandSet($1)) }
  }
}

extension DRAMConstraint {
  /// Every constraint of the standards between two commands, for the given timings.
  ///
  /// JEDEC counts from the last clock of a command that takes several; commands are recorded here by their first clock,
  /// so that a distance grows by what the earlier and shrinks by what the later command takes beyond one.
  public static func table(timing: DRAMTiming, bus: DRAMCommandBus) -> [DRAMConstraint] {
    var table: [DRAMConstraint] = []
    func add(
      _ name: String, _ level: DRAMLevel, _ previous: DRAMCommandSet, _ next: DRAMCommandSet, _ distance: Int,
      window: Int = 1, scope: Scope = .same
    ) {
      for earlier in previous.commands {
        for later in next.commands {
          let adjusted = distance + timing.clocks(of: earlier) - timing.clocks(of: later)
          guard adjusted > 0 else { continue }
          table.append(
            DRAMConstraint(
              name: name, level: level, previous: .init(earlier), next: .init(later), distance: adjusted,
              window: window, scope: scope))
        }
      }
    }
    let writeToBank = timing.nCWL + timing.nBL
    busOccupancy(timing: timing, bus: bus, into: &table)
    // Data bus.
    add("nBL", .pseudoChannel, .reads, .reads, timing.nBL)
    add("nBL", .pseudoChannel, .writes, .writes, timing.nBL)
    add("nCS", .rank, .reads, .reads, timing.nBL + timing.nCS, scope: .siblings)
    add("nCS", .rank, .reads, .writes, timing.nCL + timing.nBL + timing.nCS - timing.nCWL, scope: .siblings)
    add("nCS", .rank, .writes, .reads, writeToBank + timing.nCS - timing.nCL, scope: .siblings)
    // Column to column.
    add("nCCDS", .rank, .reads, .reads, timing.nCCDS)
    add("nCCDS", .rank, .writes, .writes, timing.nCCDS)
    add("nCCDL", .bankGroup, .reads, .reads, timing.nCCDL)
    add("nCCDL", .bankGroup, .writes, .writes, timing.nCCDL)
    add("nRTW", .rank, .reads, .writes, timing.nCL + timing.nBL + timing.nRTWGap - timing.nCWL)
    add("nWTRS", .rank, .writes, .reads, writeToBank + timing.nWTRS)
    add("nWTRL", .bankGroup, .writes, .reads, writeToBank + timing.nWTRL)
    // Row to column and column to row.
    add("nRCDRD", .bank, .activate, .reads, timing.nRCDRD)
    add("nRCDWR", .bank, .activate, .writes, timing.nRCDWR)
    for (level, precharge) in [(DRAMLevel.bank, DRAMCommandSet.precharge), (.rank, .prechargeAll)] {
      add("nRTP", level, .reads, precharge, timing.nRTP)
      add("nWR", level, .writes, precharge, writeToBank + timing.nWR)
      add("nRAS", level, .activate, precharge, timing.nRAS)
    }
    // Row to row.
    add("nRC", .bank, .activate, .activate, timing.nRC)
    add("nRP", .bank, .precharge, .activate, timing.nRP)
    add("nRPab", .rank, .prechargeAll, .activate, timing.nRPab)
    add("nRTP+nRP", .bank, .readAuto, [.activate, .refreshBank], timing.nRTP + timing.nRP)
    add("nWR+nRP", .bank, .writeAuto, [.activate, .refreshBank], writeToBank + timing.nWR + timing.nRP)
    add("nRRDS", .rank, .activate, .activate, timing.nRRDS)
    add("nRRDL", .bankGroup, .activate, .activate, timing.nRRDL)
    add("nPPD", .rank, [.precharge, .prechargeAll], [.precharge, .prechargeAll], timing.nPPD)
    // All-bank refresh.
    add("nRC", .rank, .activate, .refreshAll, timing.nRC)
    add("nRP", .rank, .precharge, .refreshAll, timing.nRP)
    add("nRPab", .rank, .prechargeAll, .refreshAll, timing.nRPab)
    add("nRTP+nRP", .rank, .readAuto, .refreshAll, timing.nRTP + timing.nRP)
    add("nWR+nRP", .rank, .writeAuto, .refreshAll, writeToBank + timing.nWR + timing.nRP)
    add("nRFC", .rank, .refreshAll, [.activate, .refreshAll, .refreshBank, .prechargeAll], timing.nRFC)
    // Per-bank refresh is a row cycle of one bank: it counts as an activation for the rank's current limits.
    if timing.nRFCpb > 0 {
      add("nRC", .bank, .activate, .refreshBank, timing.nRC)
      add("nRP", .bank, .precharge, .refreshBank, timing.nRP)
      add("nRPab", .rank, .prechargeAll, .refreshBank, timing.nRPab)
      add("nRFCpb", .bank, .refreshBank, [.activate, .refreshBank], timing.nRFCpb)
      add("nRFCpb", .rank, .refreshBank, [.refreshAll, .prechargeAll], timing.nRFCpb)
      add("nPBR2PBR", .rank, .refreshBank, .refreshBank, timing.nPBR2PBR)
      add("nRRDS", .rank, .refreshBank, .activate, timing.nRRDS)
      add("nRRDS", .rank, .activate, .refreshBank, timing.nRRDS)
    }
    let rowCycles: DRAMCommandSet = timing.nRFCpb > 0 ? [.activate, .refreshBank] : .activate
    for later in rowCycles.commands {
      // One history for both: the window counts commands of either kind.
      table.append(
        DRAMConstraint(
          name: "nFAW", level: .rank, previous: rowCycles, next: .init(later),
          distance: timing.nFAW + timing.activateClocks - timing.clocks(of: later), window: 4))
    }
    return table
  }

  /// A command of several clocks keeps its bus; of commands of one clock the controller sends one a clock anyway.
  private static func busOccupancy(timing: DRAMTiming, bus: DRAMCommandBus, into table: inout [DRAMConstraint]) {
    for command in DRAMCommand.allCases where timing.clocks(of: command) > 1 {
      table.append(
        DRAMConstraint(
          name: "bus", level: .channel, previous: .init(command), next: bus.commands(sharing: command),
          distance: timing.clocks(of: command)))
    }
  }
}
