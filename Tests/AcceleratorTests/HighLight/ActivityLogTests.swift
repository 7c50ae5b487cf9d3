// SPDX-License-Identifier: Apache-2.0
import Hardware
import SimulationKernel
import Sparsity
import Statistics
import Testing
import Workloads

@testable import Accelerators

/// Spans of a whole machine against a log that asks every component at every cycle.
struct ActivityLogTests {
  @Test(
    arguments: DesignUnderTest.all.map { ($0, "C0(2:4)") } + [
      (DesignUnderTest.highLight, "dense"), (.highLight, "C1(4:6)->C0(2:4)"),
    ])
  func `expanded spans equal an independent log, component by component and cycle by cycle`(
    _ design: DesignUnderTest, _ pattern: String
  ) throws {
    let layer = try SyntheticGEMM(
      GEMMShape(m: 65, k: 100, n: 33), pattern: pattern == "dense" ? nil : pattern, densityA: nil, densityB: 0.4,
      seed: 5
    ).layer()
    // One clock, so that a cycle means the same to every component.
    let specification = try design.machine(["dram.model=ideal"]).specification
    let reference = try ReferenceProduct.multiply(
      Tensor(shape: [layer.m, layer.k], elements: layer.a),
      bColumns: Tensor(shape: [layer.n, layer.k], elements: layer.bTransposed)
    ).elements
    let recorded = try WeightStationaryMachine(specification).simulate(layer, options: LayerOptions(recordsSpans: true))

    let prepared = try PreparedLayer(layer, reference: reference, on: specification)
    let simulation = Simulation()
    let core = simulation.addClock("core", period: 1_000_000)
    let figure = WeightStationaryFigure(in: core, specification, prepared)
    try simulation.start()
    var log: [[(kind: ActivityKind, link: Int32)]] = Array(repeating: [], count: simulation.components.count)
    for cycle in 0..<recorded.summary.cycles {
      _ = try simulation.run(through: cycle * core.period)
      for (index, component) in simulation.components.enumerated() {
        let activity = simulation.currentActivity(of: component)
        log[index].append((ActivityKind(activity.kind), activity.link))
      }
    }
    #expect(simulation.isStopped)
    #expect(figure.arrays.count == 4)
    var expanded: [[(kind: ActivityKind, link: Int32)]] = Array(repeating: [], count: log.count)
    for span in recorded.statistics.spans.sorted(by: { ($0.component, $0.start) < ($1.component, $1.start) }) {
      #expect(Int64(expanded[Int(span.component)].count) == span.start)
      for _ in 0..<span.cycles { expanded[Int(span.component)].append((span.activity, span.link)) }
    }
    for index in log.indices {
      let isEqual = log[index].elementsEqual(expanded[index]) { $0.kind == $1.kind && $0.link == $1.link }
      #expect(isEqual, "\(simulation.components[index].name)")
    }
  }

  @Test
  func `recording changes no hash`() throws {
    let layer = try SyntheticGEMM(
      GEMMShape(m: 130, k: 70, n: 40), pattern: "4:5->2:3", densityA: nil, densityB: 0.3, seed: 1
    ).layer()
    let machine = try highLight()
    let bare = try machine.simulate(layer)
    let recorded = try machine.simulate(layer, options: LayerOptions(recordsSpans: true))
    #expect(bare.statistics.eventHash == recorded.statistics.eventHash)
    #expect(bare.statistics.resultHash == recorded.statistics.resultHash)
    #expect(bare.statistics.ledger == recorded.statistics.ledger)
    #expect(bare.statistics.spans.isEmpty && !recorded.statistics.spans.isEmpty)
  }
}
