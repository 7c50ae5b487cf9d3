// SPDX-License-Identifier: Apache-2.0
import Accelerators
import ArgumentParser
import Sparsity
import Statistics
import Workloads

@main
struct Hssim: ParsableCommand {
  @Option var m = 64
  @Option var k = 64
  @Option var n = 64
  @Option var pattern = "dense"
  @Option var db = 1.0
  @Option(parsing: .upToNextOption) var set: [String] = []
  func run() throws {
    let values = try ParameterValues(defaultsOf: HighLightSpecification.schema, name: "highlight").applying(
      overrides: set)
    var ra = SplitMix64(seed: 0, layer: 0, operand: .a)
    var rb = SplitMix64(seed: 0, layer: 0, operand: .b)
    let p = try Pattern(pattern)
    let a = try SyntheticOperand(.structured(p)).matrix(rows: m, columns: k, using: &ra)
    let b = try SyntheticOperand(.unstructured(density: db)).matrix(rows: n, columns: k, using: &rb)
    let layer = GEMMLayer(
      name: "g", shape: GEMMShape(m: m, k: k, n: n), a: a.elements, bTransposed: b.elements, declaredPattern: p)
    let c = ContinuousClock()
    let t0 = c.now
    let o = try HighLightMachine(HighLightSpecification(values)).simulate(
      layer, options: LayerOptions(recordsSpans: true))
    print(c.now - t0, o.summary.cycles, o.summary.patternExecuted)
    print(o.summary.mapping)
    for b in o.statistics.bounds { print(b.kind, b.cycles) }
    for e in o.statistics.ledger.entries where e.component == "PEArray[0]" {
      print(e.cause.rawValue, e.blamed, e.laneCycles / 256)
    }
    print(o.statistics.spans.count, o.statistics.eventHash)
  }
}
