// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import Workloads

@testable import Accelerators

/// What a mapping may say, and what is said about one that cannot run.
struct LoopMappingTests {
  private static let text = "DRAM: N8 | SMEM: M2 Ms4 | RF: K36 Ms16 Ks32 | LRF: N128"

  @Test func `a mapping reads back as it is written`() throws {
    let mapping = try LoopMapping(Self.text)
    #expect(mapping.description == Self.text)
    #expect(mapping.extent(of: .m, at: .smem) == 2 && mapping.extent(of: .m, at: .smem, isSpatial: true) == 4)
    #expect(try LoopMapping("lrf: n128").description == "DRAM: | SMEM: | RF: | LRF: N128")
    for row in CSVRow.all { #expect(try LoopMapping(LoopMapping(row.mapping).description) == LoopMapping(row.mapping)) }
  }

  @Test(arguments: [
    ("LRF N128", "names no level"), ("L2: N8", "'L2' is no level"), ("LRF: N8 | RF: K2", "out of order"),
    ("LRF: N8 | LRF: N8", "given twice"), ("LRF: Q8", "'Q8' is no loop"), ("LRF: N0", "'N0' is no loop"),
    ("LRF: N-1", "'N-1' is no loop"), ("LRF: N99999999999999999999", "is no loop"), ("LRF: Ns", "'Ns' is no loop"),
  ])
  func `a mistake in the notation is named`(text: String, problem: String) {
    #expect { try LoopMapping(text) } throws: { error in
      "\(error)".contains(problem) && "\(error)".contains("allowed: ") && (error as? ConfigurationError)?.exitCode == 64
    }
  }

  @Test func `a file says the same as the notation`() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "mapping-\(UUID().uuidString).yaml").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try "hssim_mapping: 1\nDRAM: N8\nSMEM: M2 Ms4\nRF: K36 Ms16 Ks32\nLRF: N128\n"
      .write(toFile: path, atomically: true, encoding: .utf8)
    #expect(try LoopMapping(notationOrPath: path) == LoopMapping(Self.text))
    try "DRAM: N8\n".write(toFile: path, atomically: true, encoding: .utf8)
    #expect { try LoopMapping(notationOrPath: path) } throws: { "\($0)".contains("hssim_mapping: 1") }
  }

  /// A layer of 128 x 96 x 256 at 2:4: 2 blocks of rows, 3 windows, 2 blocks of columns.
  private static func simulate(_ mapping: String, _ overrides: [String] = []) throws -> LayerOutcome {
    let layer = try SyntheticGEMM(
      GEMMShape(m: 128, k: 96, n: 256), pattern: "2:4", densityB: 0.5, seed: 1
    ).layer()
    return try DesignUnderTest.stc.machine(["dram.model=ideal"] + overrides, mapping: LoopMapping(mapping))
      .simulate(layer)
  }

  @Test(arguments: [
    "DRAM: N2 | SMEM: M2 Ms4", "DRAM: M2 | SMEM: N2 Ms4", "DRAM: N2 M2 | SMEM: Ms4", "DRAM: M2 N2 | SMEM: Ms4",
    "DRAM: | SMEM: N2 M2 Ms4", "DRAM: | SMEM: M2 N2 Ms4", "DRAM: K3 N2 | SMEM: M2 Ms4",
  ])
  func `a mapping that fits runs as it is written`(loops: String) throws {
    let windows = loops.contains("K3") ? 1 : 3
    let outcome = try Self.simulate("\(loops) | RF: K\(windows) Ms16 Ks32 | LRF: N128")
    #expect(outcome.summary.verified)
    // What is fetched follows from the loops at DRAM: all of A, 128 x 48 bytes and 2 bits a value, and all of B.
    let bytesA: Int64 = 128 * 48 + 128 * 48 / 4
    let bytesB: Int64 = 96 * 256
    let fetchesA: Int64 = loops.contains("N2 M2 | SMEM: Ms4") ? 2 : 1
    let fetchesB: Int64 = loops.contains("M2 N2 | SMEM: Ms4") ? 2 : 1
    guard windows == 3 else { return }
    #expect(outcome.summary.dramReadBytes == bytesA * fetchesA + bytesB * fetchesB)
  }

  @Test(arguments: [
    ("DRAM: N2 | SMEM: M2 Ms2 | RF: K3 Ms16 Ks32 | LRF: N128", "SMEM: Ms2", "allowed: Ms4"),
    ("DRAM: N2 | SMEM: M2 Ms4 | RF: K3 Ms8 Ks32 | LRF: N128", "RF: Ms8", "allowed: Ms16"),
    ("DRAM: N2 | SMEM: M2 Ms4 | RF: K3 Ms16 Ks16 | LRF: N128", "RF: Ks16", "allowed: Ks32"),
    ("DRAM: N2 | SMEM: M2 Ms4 | RF: K6 Ms16 Ks32 | LRF: N128", "RF: K6", "allowed: K3"),
    ("DRAM: N4 | SMEM: M2 Ms4 | RF: K3 Ms16 Ks32 | LRF: N128", "SMEM: N1", "product is 2"),
    ("DRAM: N2 | SMEM: M3 Ms4 | RF: K3 Ms16 Ks32 | LRF: N128", "SMEM: M3", "product is 2"),
    ("DRAM: N1 | SMEM: M2 Ms4 | RF: K3 Ms16 Ks32 | LRF: N256", "LRF: N256", "allowed: N1 to N128"),
    ("DRAM: N2 | SMEM: M2 Ms4 | RF: K3 M2 Ms16 Ks32 | LRF: N128", "RF: M2", "K, Ms for the rows"),
    ("DRAM: N2 K3 | SMEM: M2 Ms4 | RF: K1 Ms16 Ks32 | LRF: N128", "DRAM: K3", "in front of all others"),
    ("DRAM: N2 K9 | SMEM: M2 Ms4 | RF: K1 Ms16 Ks32 | LRF: N128", "DRAM: K9", "K1 to K3"),
  ])
  func `a mapping that does not fit names level, loop and what is allowed`(
    mapping: String, loop: String, allowed: String
  ) {
    #expect { try Self.simulate(mapping) } throws: { error in
      error is LoopMappingError && "\(error)".contains(loop) && "\(error)".contains(allowed)
    }
  }

  @Test func `tiles beyond the buffer are refused with its capacity`() {
    #expect {
      try Self.simulate("DRAM: | SMEM: N2 M2 Ms4 | RF: K3 Ms16 Ks32 | LRF: N128", ["glb.data_bytes=8192"])
    } throws: {
      $0 is LoopMappingError && "\($0)".contains("8192 bytes of data")
    }
  }
}
