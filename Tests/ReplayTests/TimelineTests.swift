// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Sparsity
import Statistics
import Testing
import Workloads

@testable import Accelerators
@testable import Replay

/// A cycle is the same whichever way one comes to it.
@Suite struct TimelineTests {
  private func timeline(
    _ design: String = "highlight", layer: GEMMLayer? = nil, recorded: [StateHashWindow] = [], interval: Cycle = 512
  ) throws -> Timeline {
    let session = try machine(design).session(layer ?? smallLayer(), options: LayerOptions())
    return Timeline(session, recorded: recorded, interval: interval)
  }

  /// The whole state, and all that is printed of it.
  private func state(of timeline: Timeline) -> [UInt64] { timeline.simulation.stateHashes() }

  @Test func `a thousand cycles of a MiniLM layer are the same from both sides`() throws {
    let layer = try miniLMLayer()
    let forward = try timeline(layer: layer)
    try forward.goToEnd()
    let end = try #require(forward.end)
    var random = SplitMix64(seed: 3)
    let cycles = (0..<1000).map { _ in Cycle(random.uniform(below: Int(end) + 1)) }
    // Ahead, in order, without ever going back.
    let ahead = try timeline(layer: layer)
    var states: [Cycle: [UInt64]] = [:]
    var texts: [Cycle: String] = [:]
    for cycle in cycles.sorted() {
      try ahead.go(to: cycle)
      states[cycle] = state(of: ahead)
      if cycle % 16 == 0 { texts[cycle] = try Debugger(ahead).execute("print VFMU").text }
    }
    // Backwards from the end, each by itself.
    for cycle in cycles {
      try forward.goToEnd()
      try forward.go(to: cycle)
      #expect(forward.cycle == cycle)
      #expect(state(of: forward) == states[cycle], "cycle \(cycle)")
      if cycle % 16 == 0 { #expect(try Debugger(forward).execute("print VFMU").text == texts[cycle]) }
    }
    #expect(Set(states.values).count > 600)
  }

  @Test(arguments: shippedDesigns)
  func `steps back undo steps ahead`(design: String) throws {
    let timeline = try timeline(design, interval: 37)
    var states: [[UInt64]] = [state(of: timeline)]
    for _ in 0..<200 {
      try timeline.go(to: timeline.cycle + 1)
      states.append(state(of: timeline))
    }
    for position in (-1..<199).reversed() {
      try timeline.go(to: Cycle(position))
      #expect(state(of: timeline) == states[position + 1], "cycle \(position)")
    }
  }

  @Test func `checkpoints stay few however long the layer is`() throws {
    let timeline = try timeline(interval: 1)
    try timeline.goToEnd()
    let end = try #require(timeline.end)
    let kept = timeline.checkpoints(before: end)
    #expect(kept.count <= Timeline.checkpointLimit)
    #expect(kept.last == -1)
    try timeline.go(to: end / 2)
    let middle = state(of: timeline)
    let fresh = try self.timeline()
    try fresh.go(to: end / 2)
    #expect(state(of: fresh) == middle)
  }

  @Test func `a walk visits every position in order, and ends where it is told to`() throws {
    let timeline = try timeline()
    var positions: [Cycle] = []
    let isEnded = try timeline.walk(to: .max) { position in
      positions.append(position)
      return position < 200
    }
    #expect(isEnded)
    #expect(positions == positions.sorted())
    #expect(positions.last == 200 && timeline.cycle == 200)
    let walked = state(of: timeline)
    try timeline.go(to: 0)
    try timeline.go(to: 200)
    #expect(state(of: timeline) == walked)
  }

  @Test func `a replay agrees with what was recorded`() throws {
    let layer = try longLayer()
    let recorded = try machine().simulate(layer, options: LayerOptions(recordsStateHashes: true)).statistics
    let timeline = try timeline(layer: layer, recorded: recorded.stateHashes)
    try timeline.goToEnd()
    #expect(timeline.checkedWindows == recorded.stateHashes.count)
    #expect(recorded.stateHashes.count > 1)
  }

  @Test(arguments: 0..<8)
  func `a state that is not as recorded is named by component and window`(seed: UInt64) throws {
    let layer = try longLayer()
    var random = SplitMix64(seed: seed)
    var recorded = try machine().simulate(layer, options: LayerOptions(recordsStateHashes: true)).statistics
      .stateHashes
    let window = random.uniform(below: recorded.count)
    let component = random.uniform(below: recorded[window].hashes.count)
    recorded[window].hashes[component] ^= 1
    let timeline = try timeline(layer: layer, recorded: recorded)
    let name = timeline.simulation.components[component].name
    let error = #expect(throws: ReplayDivergence.self) { try timeline.goToEnd() }
    #expect(error?.component == name)
    #expect(error?.window == recorded[window].start)
  }
}
