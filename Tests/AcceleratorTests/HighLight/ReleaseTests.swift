// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Testing
import Workloads

@testable import Accelerators

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
}
