// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Testing
import Workloads

@testable import Accelerators
@testable import Replay

/// A run that does something, of which nothing comes, is given up with its waits.
@Suite struct WatchdogTests {
  @Test func `a run of which nothing comes for too long is a livelock`() throws {
    let slow = try machine("highlight", ["dram.model=ideal", "dram.latency_cycles=300"])
    let options = LayerOptions(watchdogCycles: 100)
    let error = #expect(throws: Livelock.self) { try slow.simulate(smallLayer(), options: options) }
    let livelock = try #require(error)
    #expect(livelock.cycle - livelock.since >= 100 && livelock.cycle < 300)
    #expect(livelock.waits.contains { $0.component == "VFMU" && $0.isStarved })
    #expect(livelock.description.hasPrefix("livelock in cycle \(livelock.cycle): "))
    #expect(try slow.simulate(smallLayer(), options: LayerOptions(watchdogCycles: 1000)).summary.verified)
  }

  @Test func `a replay stops where the run was given up`() throws {
    let slow = try machine("highlight", ["dram.model=ideal", "dram.latency_cycles=300"])
    let timeline = Timeline(try slow.session(smallLayer(), options: LayerOptions(watchdogCycles: 100)))
    #expect(throws: Livelock.self) { try timeline.goToEnd() }
    #expect(timeline.cycle > 90 && timeline.cycle < 300)
    let chain = WaitChain(of: timeline.simulation.components[0], in: timeline.simulation)
    #expect(!chain.steps.isEmpty)
    try timeline.go(to: 10)
    #expect(timeline.cycle == 10)
  }
}
