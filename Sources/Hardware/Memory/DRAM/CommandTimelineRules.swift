// SPDX-License-Identifier: Apache-2.0

/// How the banks of two commands to one rank relate.
enum CheckedRelation {
  case sameBank
  /// Other banks of one bank group.
  case sameGroup
  /// Banks of different bank groups.
  case sameRank
}

/// What the timeline checker remembers of a bank.
struct CheckedBank: Sendable {
  var openRow: Int32?
  /// When it was last activated.
  var opened: Int64 = .min / 2
  /// When it began to precharge by itself, after a column command with auto-precharge.
  var selfClosed: Int64?

  mutating func record(_ command: DRAMIssuedCommand, _ clock: Int64, _ timing: DRAMTiming) {
    switch command.command {
    case .activate:
      openRow = command.row
      opened = clock
      selfClosed = nil
    case .precharge, .prechargeAll:
      openRow = nil
    case .readAutoPrecharge, .writeAutoPrecharge:
      openRow = nil
      // JESD79-4, 4.16: not before nRAS has passed since ACT.
      let recovery =
        command.command.isRead ? timing.nRTP : timing.nCWL + timing.nBL + timing.nWR
      selfClosed = max(clock + Int64(recovery), opened + Int64(timing.nRAS))
    case .read, .write, .refreshAll, .refreshBank:
      break
    }
  }
}

/// The data bus of a pseudo channel: one burst at a time, with idle clocks where its driver or direction changes.
struct CheckedDataBus: Sendable {
  private var end: Int64 = 0
  private var wasRead: Bool?
  private var rank: Int32 = 0

  /// First clock at which the data of a command may begin.
  func freeFor(_ command: DRAMIssuedCommand, _ timing: DRAMTiming) -> Int64 {
    guard let wasRead else { return 0 }
    if rank != command.rank {
      // The controller drives all writes; a read changes the driver.
      return wasRead || command.command.isRead ? end + Int64(timing.nCS) : end
    }
    return wasRead && command.command.isWrite ? end + Int64(timing.nRTWGap) : end
  }

  mutating func use(_ command: DRAMIssuedCommand, start: Int64, _ timing: DRAMTiming) {
    end = start + Int64(timing.nBL)
    wasRead = command.command.isRead
    rank = command.rank
  }
}

extension DRAMTiming {
  /// The clocks that the standard requires between two commands to one rank, as the device receives them.
  ///
  /// Nil where none. Pair rules only: the data bus, the activation window and auto-precharge are checked as wholes. Written from
  /// JESD79-4 (DDR4), JESD209-4 (LPDDR4: nPPD, per-bank refresh) and JESD235 (HBM2).
  func requiredDistance(
    from earlier: DRAMCommand, to later: DRAMCommand, _ relation: CheckedRelation
  ) -> (rule: String, distance: Int)? {
    switch (earlier, later) {
    case (.activate, .activate):
      switch relation {
      case .sameBank: ("nRC", nRC)
      case .sameGroup: ("nRRDL", nRRDL)
      case .sameRank: ("nRRDS", nRRDS)
      }
    case (.activate, .read), (.activate, .readAutoPrecharge):
      relation == .sameBank ? ("nRCDRD", nRCDRD) : nil
    case (.activate, .write), (.activate, .writeAutoPrecharge):
      relation == .sameBank ? ("nRCDWR", nRCDWR) : nil
    case (.activate, .precharge), (.activate, .prechargeAll):
      relation == .sameBank ? ("nRAS", nRAS) : nil
    case (.activate, .refreshAll):
      ("nRC", nRC)
    case (.activate, .refreshBank):
      relation == .sameBank ? ("nRC", nRC) : ("nRRDS", nRRDS)
    case (.read, .precharge), (.read, .prechargeAll):
      relation == .sameBank ? ("nRTP", nRTP) : nil
    case (.write, .precharge), (.write, .prechargeAll):
      relation == .sameBank ? ("nWR", nCWL + nBL + nWR) : nil
    case (.precharge, .activate), (.precharge, .refreshAll), (.precharge, .refreshBank):
      relation == .sameBank ? ("nRP", nRP) : nil
    case (.prechargeAll, .activate), (.prechargeAll, .refreshAll), (.prechargeAll, .refreshBank):
      ("nRPab", nRPab)
    case (.precharge, .precharge), (.precharge, .prechargeAll), (.prechargeAll, .precharge),
      (.prechargeAll, .prechargeAll):
      ("nPPD", nPPD)
    case (.refreshAll, .activate), (.refreshAll, .refreshAll), (.refreshAll, .refreshBank):
      ("nRFC", nRFC)
    case (.refreshBank, .activate):
      relation == .sameBank ? ("nRFCpb", nRFCpb) : ("nRRDS", nRRDS)
    case (.refreshBank, .refreshBank):
      relation == .sameBank ? ("nRFCpb", nRFCpb) : ("nPBR2PBR", nPBR2PBR)
    case (.refreshBank, .refreshAll):
      ("nRFCpb", nRFCpb)
    case _ where earlier.isRead && later.isRead || earlier.isWrite && later.isWrite:
      relation == .sameRank ? ("nCCDS", nCCDS) : ("nCCDL", nCCDL)
    case _ where earlier.isWrite && later.isRead:
      relation == .sameRank ? ("nWTRS", nCWL + nBL + nWTRS) : ("nWTRL", nCWL + nBL + nWTRL)
    default:
      nil
    }
  }
}
