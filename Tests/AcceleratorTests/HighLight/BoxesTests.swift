// SPDX-License-Identifier: Apache-2.0
import Sparsity
import Statistics
import Testing
import Workloads

@testable import Accelerators

/// A design is charged for the boxes that it has, and for no others.
struct BoxesTests {
  private func outcome(_ design: DesignUnderTest, pattern: String? = nil) throws -> LayerOutcome {
    let layer = try SyntheticGEMM(
      GEMMShape(m: 64, k: 128, n: 32), pattern: pattern, densityB: 0.5, seed: 2
    ).layer()
    return try design.machine(["dram.model=ideal"]).simulate(layer)
  }

  private func parts(_ outcome: LayerOutcome) -> Set<String> {
    Set(outcome.inventory.items.map { "\($0.component.prefix { $0 != "[" }).\($0.name)" })
  }

  @Test func `a dense tensor core has nothing that is sparsity's`() throws {
    let outcome = try outcome(.tensorCore, pattern: "2:4")
    #expect(outcome.inventory.items.allSatisfy { !$0.isSparsityTax })
    #expect(outcome.statistics.actions.allSatisfy { !$0.isSparsityTax || $0.count == 0 })
    #expect(!outcome.statistics.components.contains { $0.name.hasPrefix("MetadataDecoder") || $0.name == "VFMU" })
    #expect(outcome.summary.patternExecuted == "dense")
  }

  @Test func `an STC has multiplexers of rank 0 and one decoder`() throws {
    let outcome = try outcome(.stc, pattern: "2:8")
    let parts = parts(outcome)
    #expect(parts.contains("PEArray.rank0_multiplexers") && !parts.contains("PEArray.rank1_multiplexers"))
    #expect(outcome.inventory.items.contains { $0.part == .multiplexer(fanIn: 4, bits: 8) && $0.count == 256 })
    #expect(outcome.statistics.components.filter { $0.name.hasPrefix("MetadataDecoder") }.count == 1)
    #expect(!parts.contains("RowBuffer.decompressor") && !parts.contains("OutputWriter.packer"))
    #expect(outcome.summary.patternExecuted == "C0(2:4)")
  }

  @Test func `more ratios on one rank cost wider multiplexers, compressed B a VFMU`() throws {
    let flexible = try outcome(DesignUnderTest.all[3], pattern: "2:6")
    #expect(flexible.inventory.items.contains { $0.part == .multiplexer(fanIn: 8, bits: 8) && $0.count == 256 })
    let dual = try outcome(DesignUnderTest.all[6], pattern: "2:6")
    #expect(parts(dual).isSuperset(of: ["VFMU.decompressor", "PEArray.run_adders", "CompressionUnit.packer"]))
    #expect(!parts(flexible).contains("PEArray.run_adders"))
  }

  @Test(arguments: DesignUnderTest.all)
  func `every action is one that a component's boxes can do`(design: DesignUnderTest) throws {
    for pattern in [nil, "2:4", "2:8", "2:3->4:5->2:4"] {
      let outcome = try outcome(design, pattern: pattern)
      let recipes = Set(outcome.inventory.recipes.map { "\($0.component).\($0.action)" })
      #expect(Set(outcome.statistics.actions.map { "\($0.component).\($0.action)" }) == recipes)
    }
  }

  @Test(arguments: [
    ("2:4", "dense", "C0(2:4)", "C0(2:4)"), ("2:6", "dense", "C0(2:2)", "C0(2:6)"),
    ("2:8", "dense", "C0(2:4)", "C0(2:8)"), ("1:8", "dense", "C0(2:4)", "C0(2:8)"),
    ("4:6->2:4", "dense", "C0(2:4)", "C0(2:4)"), ("3:4", "dense", "C0(2:2)", "C0(2:2)"),
  ])
  func `a declared pattern runs as the sparsest supported one that contains it`(
    declared: String, tc: String, stc: String, flexible: String
  ) throws {
    let kinds: [DesignKind] = [.tensorCore, .stc, .stcFlexible]
    #expect(try kinds.map { "\($0.executedPattern(for: try .init(declared)))" } == [tc, stc, flexible])
    #expect(try DesignKind.dstc.executedPattern(for: .init(declared)) == Pattern(declared))
  }
}
