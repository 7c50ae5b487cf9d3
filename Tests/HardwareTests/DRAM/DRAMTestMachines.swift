// SPDX-License-Identifier: Apache-2.0

import Hardware
import Sparsity
import Testing

/// Small machines of every kind for tests; sizes are arbitrary, timings those of real parts.
enum DRAMTestMachine: CaseIterable, CustomTestStringConvertible {
  case ddr4, ddr4TwoRanks, hbm2, lpddr4

  var testDescription: String { "\(self)" }

  var organisation: DRAMOrganisation {
    switch self {
    case .ddr4:
      DRAMOrganisation(bankGroups: 4, banksPerGroup: 4, rows: 256, columns: 128, transactionBytes: 64)
    case .ddr4TwoRanks:
      DRAMOrganisation(ranks: 2, bankGroups: 4, banksPerGroup: 4, rows: 256, columns: 128, transactionBytes: 64)
    case .hbm2:
      DRAMOrganisation(
        pseudoChannels: 2, bankGroups: 4, banksPerGroup: 4, rows: 256, columns: 32, transactionBytes: 32)
    case .lpddr4:
      DRAMOrganisation(banksPerGroup: 8, rows: 256, columns: 64, transactionBytes: 32)
    }
  }

  var timing: DRAMTiming {
    var timing = DRAMTiming()
    timing.clockPicoseconds = 833
    switch self {
    case .ddr4, .ddr4TwoRanks:
      (timing.nBL, timing.nCL, timing.nCWL) = (4, 16, 12)
      (timing.nRCDRD, timing.nRCDWR, timing.nRP, timing.nRPab) = (16, 16, 16, 17)
      (timing.nRAS, timing.nRC) = (39, 56)
      (timing.nCCDS, timing.nCCDL, timing.nRRDS, timing.nRRDL, timing.nFAW) = (4, 6, 4, 6, 26)
      (timing.nWTRS, timing.nWTRL, timing.nWR, timing.nRTP) = (3, 9, 18, 9)
      (timing.nRTWGap, timing.nCS) = (2, 2)
      (timing.nRFC, timing.nREFI) = (120, 2340)
    case .hbm2:
      (timing.nBL, timing.nCL, timing.nCWL) = (2, 14, 5)
      (timing.nRCDRD, timing.nRCDWR, timing.nRP, timing.nRPab) = (14, 12, 14, 15)
      (timing.nRAS, timing.nRC) = (34, 48)
      (timing.nCCDS, timing.nCCDL, timing.nRRDS, timing.nRRDL, timing.nFAW) = (2, 4, 4, 6, 27)
      (timing.nWTRS, timing.nWTRL, timing.nWR, timing.nRTP) = (6, 8, 16, 5)
      timing.nRTWGap = 2
      (timing.nRFC, timing.nRFCpb, timing.nPBR2PBR, timing.nREFI) = (160, 80, 8, 1950)
      timing.activateClocks = 2
    case .lpddr4:
      (timing.nBL, timing.nCL, timing.nCWL) = (8, 28, 14)
      (timing.nRCDRD, timing.nRCDWR, timing.nRP, timing.nRPab) = (29, 29, 29, 34)
      (timing.nRAS, timing.nRC) = (68, 97)
      (timing.nCCDS, timing.nCCDL, timing.nRRDS, timing.nRRDL, timing.nFAW) = (8, 8, 16, 16, 64)
      (timing.nWTRS, timing.nWTRL, timing.nWR, timing.nRTP) = (17, 17, 30, 12)
      (timing.nRTWGap, timing.nCS) = (8, 8)
      (timing.nRFC, timing.nRFCpb, timing.nPBR2PBR, timing.nREFI, timing.nPPD) = (448, 224, 144, 6246, 4)
      (timing.activateClocks, timing.prechargeClocks, timing.columnClocks, timing.refreshClocks) = (4, 2, 4, 2)
    }
    return timing
  }

  var mapping: String {
    switch self {
    case .ddr4: "ro ba bg co"
    case .ddr4TwoRanks: "ro ra ba co bg"
    case .hbm2: "ro co:3 ba bg pc co ^ bg ba"
    case .lpddr4: "ro ba co"
    }
  }

  func specification(
    _ controller: DRAMControllerSpecification = DRAMControllerSpecification(
      policy: .bankQueues, writeHighWatermark: 8), nRTP: Int? = nil
  ) throws -> DRAMSpecification {
    var timing = timing
    timing.nRTP = nRTP ?? timing.nRTP
    return try DRAMSpecification(
      name: "\(self)", organisation: organisation, timing: timing,
      commandBus: self == .hbm2 ? .rowAndColumn : .shared, addressMapping: mapping, controller: controller)
  }
}

/// A controller's policies, as many combinations as make sense.
struct DRAMTestPolicy: CustomTestStringConvertible {
  var controller: DRAMControllerSpecification

  var testDescription: String {
    "\(controller.policy.rawValue) \(controller.scheduler.rawValue) \(controller.rowPolicy.rawValue) "
      + controller.refresh.rawValue
  }

  static func all(perBankRefresh: Bool) -> [DRAMTestPolicy] {
    var policies: [DRAMTestPolicy] = []
    for refresh in DRAMControllerSpecification.Refresh.allCases where refresh != .perBank || perBankRefresh {
      for rowPolicy in DRAMControllerSpecification.RowPolicy.allCases {
        for scheduler in DRAMControllerSpecification.Scheduler.allCases {
          policies.append(
            DRAMTestPolicy(
              controller: DRAMControllerSpecification(
                policy: .sharedBuffers, scheduler: scheduler, rowPolicy: rowPolicy, refresh: refresh, readQueue: 8,
                writeQueue: 8, writeHighWatermark: 5, writeLowWatermark: 2)))
        }
        policies.append(
          DRAMTestPolicy(
            controller: DRAMControllerSpecification(
              policy: .bankQueues, rowPolicy: rowPolicy, refresh: refresh, readQueue: 8, writeQueue: 8,
              writeHighWatermark: 3, bankQueue: 4)))
      }
    }
    return policies
  }
}

extension SplitMix64 {
  /// A number below `bound`, as the reference traces draw it.
  mutating func next(below bound: UInt64) -> UInt64 { next() % bound }
}

/// Accesses that meet every case: bursts and pauses, row hits and conflicts, the same line read and written.
func mixedTrace(count: Int, seed: UInt64) -> [DRAMTraceAccess] {
  var random = SplitMix64(seed: seed)
  var clock: Int64 = 0
  return (0..<count).map { _ in
    clock += [0, 0, 0, 0, 1, 3, 40, 600][Int(random.next(below: 8))]
    let spread: UInt64 = [64, 64, 8192, 262_144][Int(random.next(below: 4))]
    return DRAMTraceAccess(
      clock: clock, address: random.next(below: 24) * spread, isWrite: random.next(below: 5) < 2)
  }
}

/// The checker's violations of a timeline, for `#expect(violations(…) == [])`.
func violations(
  _ commands: [[DRAMIssuedCommand]], _ specification: DRAMSpecification, end: Int64, postponable: Int = 8
) -> [TimelineViolation] {
  commands.flatMap { channel in
    var checker = CommandTimelineChecker(specification, postponableRefreshes: postponable)
    for command in channel { checker.check(command) }
    checker.finish(at: end)
    return checker.violations
  }
}
