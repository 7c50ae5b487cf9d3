// SPDX-License-Identifier: Apache-2.0

import Accelerators
import Foundation
import Hardware
import Testing

@Suite struct DRAMConfigurationTests {
  @Test func `every preset loads under its own name and runs a legal timeline`() throws {
    let presets = try DRAMConfigurationFiles.names()
    #expect(presets == ["ddr4-2400", "ddr4-3200", "hbm2", "lpddr4-3200", "lpddr4-4266"])
    for name in presets {
      let specification = try DRAMConfigurationFiles.load(name)
      #expect(specification.name == name)
      let trace = try #require(DRAMReferenceTrace.large("rand_mix", count: 400))
      var replay = try DRAMTraceReplay(specification, injectPerClock: 8, recordsCommands: true)
      let statistics = replay.run(trace)
      #expect(statistics.gigabytesPerSecond <= specification.peakGBPerSecond)
      for commands in replay.commands {
        var checker = CommandTimelineChecker(specification)
        for command in commands { checker.check(command) }
        #expect(checker.violations == [])
      }
    }
  }

  @Test(arguments: [
    ("ddr4-2400", 19.2, 8), ("ddr4-3200", 25.6, 8), ("lpddr4-3200", 25.6, 4), ("lpddr4-4266", 34.1, 4),
    ("hbm2", 256, 8),
  ])
  func `a preset has the peak bandwidth and capacity of its part`(name: String, peak: Double, gib: Int) throws {
    let specification = try DRAMConfigurationFiles.load(name)
    #expect(abs(specification.peakGBPerSecond / peak - 1) < 0.001)
    #expect(specification.organisation.capacityBytes == gib << 30)
  }

  @Test func `every value of a preset says where it comes from`() throws {
    for name in try DRAMConfigurationFiles.names() {
      let file = DRAMConfigurationFiles.folder.appending(path: name + ".yaml")
      let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      #expect(lines.prefix(8).contains { $0.contains("JEDEC") })
      let start = try #require(lines.firstIndex { $0 == "timing:" })
      for line in lines[(start + 1)...].prefix(while: { $0.hasPrefix("  ") && !$0.contains("_clocks") }) {
        #expect(line.contains("  # "), "\(name): \(line)")
      }
    }
  }

  private let base = """
    hssim_dram: 1
    name: small
    organisation: {banks_per_group: 8, rows: 256, columns: 64, transaction_bytes: 64}
    timing:
      clock_picoseconds: 833
      nBL: 4
      nCL: 16
      nCWL: 12
      nRCDRD: 16
      nRCDWR: 16
      nRP: 16
      nRAS: 39
      nRC: 55
      nCCDS: 4
      nCCDL: 6
      nRRDS: 4
      nRRDL: 6
      nFAW: 26
      nWTRS: 3
      nWTRL: 9
      nWR: 18
      nRTP: 9
      nRTW_gap: 2
      nRFC: 433
      nREFI: 9364
    address_mapping: "ro ba co"
    controller: {policy: dramsim3-like, refresh: all-bank, write_high_watermark: 8}
    """

  private func error(_ old: String, _ new: String) -> DRAMConfigurationError? {
    let text = base.replacingOccurrences(of: old, with: new)
    #expect(text != base)
    return #expect(throws: DRAMConfigurationError.self) { try DRAMSpecification(yaml: text, file: "small.yaml") }
  }

  @Test func `what may be left out has its default`() throws {
    let specification = try DRAMSpecification(yaml: base, file: "small.yaml")
    #expect(specification.organisation.channels == 1)
    #expect(specification.timing.nRPab == 16)
    #expect(specification.commandBus == .shared)
    #expect(specification.controller.bankQueue == 8)
  }

  @Test(arguments: [
    ("nCL: 16", "nCL: 16\n  nCKE: 6", 8, "unknown key nCKE"),
    ("nCL: 16", "nCL: 1x", 7, "1x is not allowed"),
    ("nCL: 16", "nCL: 0x10", 7, "0x10 is not allowed"),
    ("nCL: 16", "nCL: -16", 7, "-16 is not allowed"),
    ("  nCL: 16\n", "", 5, "the key nCL is missing"),
    ("nRC: 55", "nRC: 54", 13, "timing.nRC: 54 is not allowed"),
    ("rows: 256", "rows: 255", 3, "organisation.rows: 255 is not allowed; allowed: a power of two"),
    ("ro ba co", "ro co", 26, "address_mapping"),
    ("dramsim3-like", "best", 27, "controller.policy: best is not allowed; allowed: dramsim3-like, ramulator-like"),
    ("dramsim3-like", "ramulator-like, bank_queue: 8", 27, "controller.bank_queue: not allowed with policy"),
    ("hssim_dram: 1", "hssim_dram: 2", 1, "hssim_dram: 2 is not allowed; allowed: 1"),
    ("name: small", "title: small", 2, "unknown key title"),
  ])
  func `a fault is told with its line and what is allowed`(old: String, new: String, line: Int, message: String) {
    let found = error(old, new)
    #expect(found?.file == "small.yaml")
    #expect(found?.line == line)
    #expect(found?.message.contains(message) == true, "\(found?.message ?? "")")
  }

  @Test func `what is no YAML, or no mapping, is told`() {
    for text in ["a: [", "", "- 1", "hssim_dram: 1\nhssim_dram: 1"] {
      #expect(throws: DRAMConfigurationError.self) { try DRAMSpecification(yaml: text, file: "x.yaml") }
    }
  }
}
