// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Sparsity
import Testing
import Workloads

@testable import Accelerators
@testable import Replay

/// A fault that is planted in a copy of a run is found in its first cycle, and named.
@Suite struct DivergenceTests {
  private func timeline(fault: Simulation.Fault? = nil, layer: GEMMLayer) throws -> Timeline {
    var options = LayerOptions()
    options.perturbation.fault = fault
    return Timeline(try machine().session(layer, options: options))
  }

  @Test(
    arguments: [
      ("VFMU", 0), ("PEArray[2]", 0), ("PEArray[0]", 5), ("GLB", 0), ("ActivationUnit", 1), ("DRAM", 0),
    ], [Cycle(1), 333, 4095, 4096, 5000])
  func `a planted fault is found in its first cycle`(place: (component: String, region: Int), cycle: Cycle) throws {
    let layer = try miniLMLayer()
    let whole = try timeline(layer: layer)
    let index = try #require(whole.simulation.components.firstIndex { $0.name == place.component })
    let sizes = whole.simulation.stateSizes[index]
    var random = SplitMix64(seed: UInt64(cycle))
    let fault = Simulation.Fault(
      component: place.component, time: cycle * whole.session.core.period, region: place.region,
      byte: random.uniform(below: sizes[place.region]) / 2 * 2, bit: 1)
    let divergence = try Divergence.first(whole, try timeline(fault: fault, layer: layer))
    #expect(divergence?.cycle == cycle, "\(place)")
    #expect(divergence?.components == [place.component], "\(place)")
    #expect(divergence?.window == cycle / 4096 * 4096)
  }

  @Test func `equal replays do not part`() throws {
    let layer = try smallLayer()
    #expect(try Divergence.first(try timeline(layer: layer), try timeline(layer: layer)) == nil)
  }

  @Test func `another operand shows in the first message that carries it`() throws {
    let layer = try smallLayer()
    var b = layer.bTransposed
    b[0] ^= 1
    let other = layer.withActivations(b)
    let divergence = try #require(try Divergence.first(try timeline(layer: layer), try timeline(layer: other)))
    #expect(divergence.message?.link.hasPrefix("DRAM.lines->") ?? false, "\(divergence)")
    #expect(divergence.components == ["DRAM"])
  }

  @Test func `a restored run plants its fault again`() throws {
    let layer = try smallLayer()
    let fault = Simulation.Fault(component: "VFMU", time: 100_000_000, region: 0, byte: 6)
    let timeline = try timeline(fault: fault, layer: layer)
    try timeline.go(to: 200)
    let hashes = timeline.simulation.stateHashes()
    try timeline.go(to: 50)
    try timeline.go(to: 200)
    #expect(timeline.simulation.stateHashes() == hashes)
    let whole = try self.timeline(layer: layer)
    try whole.go(to: 200)
    #expect(whole.simulation.stateHashes() != hashes)
  }
}
