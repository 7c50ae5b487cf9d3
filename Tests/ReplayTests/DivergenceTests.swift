// SPDX-License-Identifier: Apache-2.0
import Sparsity
import Testing
import Workloads

@testable import Accelerators
@testable import Replay
@testable import SimulationKernel

/// A fault that is planted in a copy of a run is found in its first cycle, and named.
@Suite struct DivergenceTests {
  private func timeline(fault: Simulation.Fault? = nil, layer: GEMMLayer) throws -> Timeline {
    var options = LayerOptions()
    options.perturbation.fault = fault
    return Timeline(try machine().session(layer, options: options))
  }

  /// A fault in a counter, which nothing overwrites.
  private func fault(in field: String, of component: String, at cycle: Cycle, layer: GEMMLayer) throws
    -> Simulation.Fault
  {
    let timeline = try timeline(layer: layer)
    let simulation = timeline.simulation
    let owner = try #require(simulation.components.first { $0.name == component })
    let state = try #require(ComponentInspection(of: owner).states.first { $0.name == "state" })
    let regions = simulation.stateMemory.regions.filter { $0.owner == component }
    let region = try #require(regions.firstIndex { UnsafeRawPointer($0.start) == state.start })
    let place = try #require(state.layout.field(field))
    return Simulation.Fault(
      component: component, time: cycle * timeline.session.core.period, region: region, byte: place.offset + 5, bit: 1)
  }

  @Test(arguments: [
    ("VFMU", "shiftedWords", Cycle(1)), ("PEArray[2]", "effectual", 333), ("GLB", "dataReads", 4095),
    ("ActivationUnit", "words", 4096), ("DRAM", "traffic.dataReads", 5000), ("NoC.stationary", "beats", 9000),
  ])
  func `a planted fault is found in its first cycle`(component: String, field: String, cycle: Cycle) throws {
    let layer = try longLayer()
    let fault = try fault(in: field, of: component, at: cycle, layer: layer)
    let divergence = try Divergence.first(
      try timeline(layer: layer), try timeline(fault: fault, layer: layer))
    #expect(divergence?.cycle == cycle, "\(component)")
    #expect(divergence?.components == [component])
    #expect(divergence?.window == cycle / 4096 * 4096)
    #expect(divergence?.message == nil)
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
    let fault = try fault(in: "shiftedWords", of: "VFMU", at: 100, layer: layer)
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
