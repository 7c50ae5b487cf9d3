// SPDX-License-Identifier: Apache-2.0

import Hardware
import Testing

/// A legal pair or run of commands whose last one stands at its first legal clock.
struct PlantedCase: CustomTestStringConvertible {
  var rule: String
  var machine: DRAMTestMachine
  /// `clock command rank group bank row column`, as in a timeline.
  var lines: [String]

  var testDescription: String { "\(rule) on \(machine)" }
}

private func parse(_ line: String) -> DRAMIssuedCommand {
  let words = line.split(separator: " ")
  let numbers = words.indices.map { Int32(words[$0]) ?? 0 }
  let command = DRAMCommand.allCases.first { $0.mnemonic == words[1] }!
  return DRAMIssuedCommand(
    clock: Int64(numbers[0]), command: command, rank: numbers[2], bankGroup: numbers[3], bank: numbers[4],
    row: numbers[5], column: numbers[6])
}

@Suite struct CommandTimelineCheckerTests {
  private func check(_ machine: DRAMTestMachine, _ commands: [DRAMIssuedCommand]) throws -> [TimelineViolation] {
    var specification = try machine.specification()
    if machine == .lpddr4 || machine == .hbm2 {
      // These cases have no business with the refresh cadence.
      specification = try machine.specification(
        DRAMControllerSpecification(policy: .bankQueues, refresh: .none, writeHighWatermark: 8))
    }
    return violations([commands], specification, end: 0)
  }

  static let cases: [PlantedCase] = [
    .init(rule: "nRCDRD", machine: .ddr4, lines: ["0 ACT 0 0 0 5 0", "16 RD 0 0 0 5 0"]),
    .init(rule: "nRCDRD", machine: .ddr4, lines: ["0 ACT 0 0 0 5 0", "16 RDA 0 0 0 5 0"]),
    .init(rule: "nRCDWR", machine: .ddr4, lines: ["0 ACT 0 0 0 5 0", "16 WR 0 0 0 5 0"]),
    .init(rule: "nRCDWR", machine: .hbm2, lines: ["0 ACT 0 0 0 5 0", "13 WRA 0 0 0 5 0"]),
    .init(rule: "nRAS", machine: .ddr4, lines: ["0 ACT 0 0 0 5 0", "39 PRE 0 0 0 5 0"]),
    .init(rule: "nRAS", machine: .ddr4, lines: ["0 ACT 0 0 0 5 0", "39 PREab 0 -1 -1 -1 -1"]),
    .init(rule: "nRC", machine: .ddr4, lines: ["0 ACT 0 0 0 5 0", "39 PRE 0 0 0 5 0", "56 ACT 0 0 0 6 0"]),
    .init(rule: "nRP", machine: .ddr4, lines: ["0 ACT 0 0 0 5 0", "60 PRE 0 0 0 5 0", "76 ACT 0 0 0 6 0"]),
    .init(rule: "nRPab", machine: .ddr4, lines: ["0 ACT 0 0 0 5 0", "60 PREab 0 -1 -1 -1 -1", "77 ACT 0 1 2 6 0"]),
    .init(rule: "nRPab", machine: .ddr4, lines: ["60 PREab 0 -1 -1 -1 -1", "77 REFab 0 -1 -1 -1 -1"]),
    .init(rule: "nRP", machine: .ddr4, lines: ["0 ACT 0 0 0 5 0", "60 PRE 0 0 0 5 0", "76 REFab 0 -1 -1 -1 -1"]),
    .init(rule: "nRTP", machine: .ddr4, lines: ["0 ACT 0 0 0 5 0", "40 RD 0 0 0 5 0", "49 PRE 0 0 0 5 0"]),
    .init(rule: "nRTP", machine: .ddr4, lines: ["0 ACT 0 0 0 5 0", "40 RD 0 0 0 5 0", "49 PREab 0 -1 -1 -1 -1"]),
    .init(rule: "nWR", machine: .ddr4, lines: ["0 ACT 0 0 0 5 0", "40 WR 0 0 0 5 0", "74 PRE 0 0 0 5 0"]),
    .init(
      rule: "auto-precharge", machine: .ddr4,
      lines: ["0 ACT 0 0 0 5 0", "40 RDA 0 0 0 5 0", "65 ACT 0 0 0 6 0"]),
    .init(
      rule: "auto-precharge", machine: .ddr4,
      lines: ["0 ACT 0 0 0 5 0", "40 WRA 0 0 0 5 0", "90 ACT 0 0 0 6 0"]),
    .init(
      rule: "auto-precharge", machine: .ddr4,
      lines: ["0 ACT 0 0 0 5 0", "40 WRA 0 0 0 5 0", "90 REFab 0 -1 -1 -1 -1"]),
    .init(rule: "nRRDS", machine: .ddr4, lines: ["0 ACT 0 0 0 5 0", "4 ACT 0 1 0 5 0"]),
    .init(rule: "nRRDL", machine: .ddr4, lines: ["0 ACT 0 0 0 5 0", "6 ACT 0 0 1 5 0"]),
    .init(
      rule: "nFAW", machine: .ddr4,
      lines: [
        "0 ACT 0 0 0 5 0", "4 ACT 0 1 0 5 0", "8 ACT 0 2 0 5 0", "12 ACT 0 3 0 5 0", "26 ACT 0 0 1 5 0",
      ]),
    .init(
      rule: "nFAW", machine: .lpddr4,
      lines: [
        "0 ACT 0 0 0 5 0", "18 REFpb 0 0 1 -1 -1", "32 ACT 0 0 2 5 0", "48 ACT 0 0 3 5 0", "64 ACT 0 0 4 5 0",
      ]),
    .init(
      rule: "nCCDL", machine: .ddr4, lines: ["0 ACT 0 0 0 5 0", "40 RD 0 0 0 5 0", "46 RD 0 0 0 5 1"]),
    .init(
      rule: "nCCDL", machine: .ddr4,
      lines: ["0 ACT 0 0 0 5 0", "6 ACT 0 0 1 5 0", "40 WR 0 0 0 5 0", "46 WR 0 0 1 5 1"]),
    .init(
      rule: "nCCDS", machine: .ddr4,
      lines: ["0 ACT 0 0 0 5 0", "4 ACT 0 1 0 5 0", "40 RD 0 0 0 5 0", "44 RD 0 1 0 5 1"]),
    .init(
      rule: "nWTRL", machine: .ddr4, lines: ["0 ACT 0 0 0 5 0", "40 WR 0 0 0 5 0", "65 RD 0 0 0 5 1"]),
    .init(
      rule: "nWTRS", machine: .ddr4,
      lines: ["0 ACT 0 0 0 5 0", "4 ACT 0 1 0 5 0", "40 WR 0 0 0 5 0", "59 RD 0 1 0 5 1"]),
    .init(
      rule: "data bus", machine: .ddr4,
      lines: ["0 ACT 0 0 0 5 0", "40 RD 0 0 0 5 0", "50 WR 0 0 0 5 1"]),
    .init(
      rule: "data bus", machine: .ddr4TwoRanks,
      lines: ["0 ACT 0 0 0 5 0", "4 ACT 1 0 0 5 0", "40 RD 0 0 0 5 0", "46 RD 1 0 0 5 1"]),
    .init(
      rule: "data bus", machine: .ddr4TwoRanks,
      lines: ["0 ACT 0 0 0 5 0", "4 ACT 1 0 0 5 0", "40 RD 0 0 0 5 0", "50 WR 1 0 0 5 1"]),
    .init(
      rule: "data bus", machine: .ddr4TwoRanks,
      lines: ["0 ACT 0 0 0 5 0", "4 ACT 1 0 0 5 0", "40 WR 0 0 0 5 0", "42 RD 1 0 0 5 1"]),
    .init(
      rule: "data bus", machine: .ddr4TwoRanks,
      lines: ["0 ACT 0 0 0 5 0", "4 ACT 1 0 0 5 0", "40 WR 0 0 0 5 0", "44 WR 1 0 0 5 1"]),
    .init(rule: "nRFC", machine: .ddr4, lines: ["0 REFab 0 -1 -1 -1 -1", "120 ACT 0 0 0 5 0"]),
    .init(rule: "nRFC", machine: .ddr4, lines: ["0 REFab 0 -1 -1 -1 -1", "120 REFab 0 -1 -1 -1 -1"]),
    .init(rule: "nRFC", machine: .lpddr4, lines: ["0 REFab 0 -1 -1 -1 -1", "448 REFpb 0 0 0 -1 -1"]),
    .init(rule: "nRFCpb", machine: .lpddr4, lines: ["0 REFpb 0 0 0 -1 -1", "222 ACT 0 0 0 5 0"]),
    .init(rule: "nRFCpb", machine: .lpddr4, lines: ["0 REFpb 0 0 0 -1 -1", "224 REFab 0 -1 -1 -1 -1"]),
    .init(rule: "nRRDS", machine: .lpddr4, lines: ["0 REFpb 0 0 0 -1 -1", "14 ACT 0 0 1 5 0"]),
    .init(rule: "nRRDS", machine: .lpddr4, lines: ["0 ACT 0 0 1 5 0", "18 REFpb 0 0 0 -1 -1"]),
    .init(rule: "nPBR2PBR", machine: .lpddr4, lines: ["0 REFpb 0 0 0 -1 -1", "144 REFpb 0 0 1 -1 -1"]),
    .init(
      rule: "nPPD", machine: .lpddr4,
      lines: ["0 ACT 0 0 0 5 0", "16 ACT 0 0 1 5 0", "90 PRE 0 0 0 5 0", "94 PRE 0 0 1 5 0"]),
    .init(rule: "command bus", machine: .lpddr4, lines: ["0 PRE 0 0 0 5 0", "2 RD 0 0 1 5 0"]),
    .init(rule: "command bus", machine: .hbm2, lines: ["0 ACT 0 0 0 5 0", "2 ACT 1 0 0 5 0"]),
    .init(
      rule: "command bus", machine: .ddr4TwoRanks, lines: ["0 ACT 0 0 0 5 0", "1 ACT 1 0 0 5 0"]),
  ]

  @Test(arguments: cases)
  func `one clock earlier is a violation of exactly the rule that was planted`(planted: PlantedCase) throws {
    var commands = planted.lines.map(parse)
    let legal = try check(planted.machine, commands).filter { $0.rule == planted.rule }
    #expect(legal == [])
    commands[commands.count - 1].clock -= 1
    let found = try check(planted.machine, commands).filter { $0.rule == planted.rule }
    #expect(found.count == 1)
    #expect(found.first?.legalFrom == commands[commands.count - 1].clock + 1)
  }

  @Test func `every rule of the constraint table has a planted case`() throws {
    let planted = Set(Self.cases.map(\.rule))
    let covered: [String: String] = [
      "nBL": "data bus", "nCS": "data bus", "nRTW": "data bus", "bus": "command bus", "nRTP+nRP": "auto-precharge",
      "nWR+nRP": "auto-precharge",
    ]
    for machine in DRAMTestMachine.allCases {
      let bus: DRAMCommandBus = machine == .hbm2 ? .rowAndColumn : .shared
      for constraint in DRAMConstraint.table(timing: machine.timing, bus: bus) {
        #expect(planted.contains(covered[constraint.name] ?? constraint.name), "\(constraint.name)")
      }
    }
  }

  @Test func `commands that the bank's state forbids are found`() throws {
    func rules(_ lines: [String]) throws -> [String] { try check(.ddr4, lines.map(parse)).map(\.rule) }
    #expect(try rules(["0 ACT 0 0 0 5 0", "100 ACT 0 0 0 6 0"]) == ["bank is open"])
    #expect(try rules(["0 RD 0 0 0 5 0"]) == ["bank is closed"])
    #expect(try rules(["0 ACT 0 0 0 5 0", "100 RD 0 0 0 6 0"]) == ["other row is open"])
    #expect(try rules(["0 ACT 0 0 0 5 0", "40 RDA 0 0 0 5 0", "100 RD 0 0 0 5 1"]) == ["bank is closed"])
    #expect(try rules(["0 ACT 0 0 0 5 0", "100 REFab 0 -1 -1 -1 -1"]) == ["bank is open"])
  }

  @Test func `addresses outside the part and clocks that run backwards are found`() throws {
    func rules(_ lines: [String]) throws -> [String] { try check(.ddr4, lines.map(parse)).map(\.rule) }
    #expect(try rules(["0 ACT 1 0 0 5 0"]) == ["address"])
    #expect(try rules(["0 ACT 0 4 0 5 0"]) == ["address"])
    #expect(try rules(["0 ACT 0 0 0 256 0"]) == ["address"])
    #expect(try rules(["0 REFab 0 0 0 -1 -1"]) == ["address"])
    #expect(try rules(["50 ACT 0 0 0 5 0", "40 ACT 0 1 0 5 0"]).contains("order"))
  }

  @Test func `a refresh that is put off too long is found`() throws {
    let specification = try DRAMTestMachine.ddr4.specification()
    let refreshes = [parse("2400 REFab 0 -1 -1 -1 -1")]
    #expect(violations([refreshes], specification, end: 2340 * 9 + 2339) == [])
    #expect(violations([refreshes], specification, end: 2340 * 10).map(\.rule) == ["nREFI"])
  }
}
