// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Testing

@testable import Accelerators
@testable import Workloads

/// A network has many layers: what simulated one of them must not stay in memory.
struct ReleaseTests {
  @Test(arguments: ["dram.model=timed", "dram.model=ideal"])
  func `a layer's machine is gone when its outcome is known`(memory: String) throws {
    let layer = try SyntheticGEMM(GEMMShape(m: 16, k: 32, n: 16), pattern: "2:4", seed: 1).layer()
    for design in DesignUnderTest.all {
      weak var simulation: Simulation?
      do {
        let session = try design.machine([memory]).session(layer, options: LayerOptions(recordsSpans: true))
        simulation = session.simulation
        #expect(try session.run(through: 1_000_000) == .finished)
        #expect(try session.finish().summary.cycles > 0)
      }
      #expect(simulation == nil, "\(design.testDescription)")
    }
  }

  /// What designs share of a layer, its operands and its reference product, goes with the last of them.
  @Test func `a layer's operands are gone when the last design has run it`() throws {
    let machines = try DesignUnderTest.all.map { try $0.machine(["dram.model=ideal"]) }
    let product = try SyntheticGEMM(GEMMShape(m: 16, k: 32, n: 16), pattern: "2:4", seed: 1)
    let shared = SharedOperands(machines.map { _ in product })
    weak var facts: OperandFacts?
    for (index, machine) in machines.enumerated() {
      let layer = try product.layer(sharing: shared)
      if index == 0 { facts = layer.facts }
      #expect(layer.facts === facts)
      #expect(try machine.simulate(layer).summary.verified)
    }
    #expect(shared.loadCount == 1 && shared.takerCount == 0 && facts == nil)
  }
}
