// SPDX-License-Identifier: Apache-2.0
import Sparsity
import Statistics
import Testing
import Workloads

@testable import Accelerators

/// One part of the memory system made too narrow: the loss shows under its cause, and widening that part alone removes it.
struct BottleneckTests {
  /// A part, the override that narrows it, the one that widens it again, and the causes its loss has.
  struct Part: CustomTestStringConvertible, Sendable {
    let name: String
    let layer: GEMMShape
    var common: [String] = []
    let narrow: [String]
    let wide: [String]
    let causes: [Cause]

    var testDescription: String { name }
  }

  /// A channel of 16 bits, DDR4 or HBM2 for LPDDR4.
  private static let parts = [
    Part(
      name: "ideal DRAM", layer: GEMMShape(m: 128, k: 256, n: 256), common: ["dram.model=ideal"],
      narrow: ["dram.bytes_per_cycle=4"], wide: ["dram.bytes_per_cycle=128"], causes: [.starvedDRAM]),
    Part(
      name: "timed DRAM", layer: GEMMShape(m: 128, k: 256, n: 256),
      narrow: ["dram.part=ddr4-2400", "clock_ghz=4"], wide: ["dram.part=hbm2", "clock_ghz=4"],
      causes: [.starvedDRAM]),
    Part(
      name: "GLB port", layer: GEMMShape(m: 256, k: 256, n: 256),
      common: ["dram.part=hbm2", "noc.operand_a_bytes_per_cycle=64"],
      narrow: ["glb.port_bytes_per_cycle=24"], wide: ["glb.port_bytes_per_cycle=256"], causes: [.starvedGLB]),
    Part(
      name: "GLB banks", layer: GEMMShape(m: 256, k: 256, n: 256), common: ["dram.part=hbm2"],
      narrow: ["glb.data_banks=1", "glb.row_bytes=16"], wide: ["glb.data_banks=8", "glb.row_bytes=64"],
      causes: [.starvedGLB]),
    Part(
      name: "NoC, tree", layer: GEMMShape(m: 256, k: 256, n: 256), common: ["dram.part=hbm2"],
      narrow: ["noc.bytes_per_cycle=6"], wide: ["noc.bytes_per_cycle=64"], causes: [.starvedNoC]),
    Part(
      name: "NoC, bus", layer: GEMMShape(m: 256, k: 256, n: 256), common: ["dram.part=hbm2", "noc.kind=bus"],
      narrow: ["noc.bytes_per_cycle=10"], wide: ["noc.bytes_per_cycle=128"], causes: [.starvedNoC]),
    Part(
      name: "NoC, crossbar", layer: GEMMShape(m: 256, k: 256, n: 256),
      common: ["dram.part=hbm2", "noc.kind=crossbar"], narrow: ["noc.bytes_per_cycle=8"],
      wide: ["noc.bytes_per_cycle=128"], causes: [.starvedNoC]),
  ]

  private static func run(_ part: Part, _ overrides: [String]) throws -> LayerOutcome {
    let layer = try SyntheticGEMM(part.layer, seed: 1).layer()
    return try highLight(part.common + overrides).simulate(layer)
  }

  private static func starved(_ outcome: LayerOutcome) -> [Cause: Int64] {
    let causes: [Cause] = [
      .starvedRegisters, .starvedNoC, .starvedVFMU, .starvedGLB, .starvedMetadata, .starvedDRAM, .loadImbalance,
      .outputBackpressure,
    ]
    return causes.reduce(into: [:]) { $0[$1] = outcome.statistics.ledger.laneCycles(of: $1) }
  }

  @Test(arguments: parts)
  func `a part that is too narrow takes the blame for the loss, and widening it removes the loss`(part: Part) throws {
    let narrow = try Self.run(part, part.narrow)
    let wide = try Self.run(part, part.wide)
    let losses = Self.starved(narrow)
    let own = part.causes.reduce(0) { $0 + (losses[$1] ?? 0) }
    let others = losses.values.reduce(0, +) - own
    // The cycles that narrowing costs are booked under the part's own cause, but for a tenth.
    let lost = (narrow.summary.cycles - wide.summary.cycles) * narrow.summary.lanes
    #expect(narrow.summary.cycles > wide.summary.cycles * 5 / 4, "\(losses)")
    #expect(own * 10 >= lost * 9, "\(own) of \(lost): \(losses)")
    #expect(others * 10 <= own, "\(losses)")
    let after = Self.starved(wide)
    let left = part.causes.reduce(0) { $0 + (after[$1] ?? 0) }
    #expect(left * 20 <= own, "\(after)")
  }

  /// A layer at growing bandwidth: never slower, at the end compute-bound, and below that at the memory's pace.
  @Test func `cycles follow the bandwidth until compute decides`() throws {
    let shape = GEMMShape(m: 128, k: 512, n: 256)
    let layer = try SyntheticGEMM(shape, seed: 2).layer()
    var last: Int64 = .max
    for width in [2, 4, 8, 16, 32, 64, 128] {
      let outcome = try highLight(["dram.model=ideal", "dram.bytes_per_cycle=\(width)"]).simulate(layer)
      let bound = outcome.statistics.bounds.map(\.cycles).max() ?? 0
      #expect(outcome.summary.cycles >= bound)
      // The last tile of a fetch-bound run is computed after its data came: 15 % of this small layer.
      #expect(outcome.summary.cycles * 100 <= bound * 140, "\(width) B/cycle: \(outcome.summary.cycles) of \(bound)")
      #expect(outcome.summary.cycles <= last, "\(width) B/cycle")
      last = outcome.summary.cycles
    }
    let compute = Int64(shape.m * shape.k * shape.n / 1024)
    #expect(last * 100 <= compute * 125, "\(last) of \(compute)")
  }

  @Test func `a part of more bandwidth is never slower, and no bus carries more than its peak`() throws {
    let layer = try SyntheticGEMM(GEMMShape(m: 128, k: 512, n: 256), seed: 2).layer()
    var last: Int64?
    // 19.2, 25.6, 34.1 and 256 GB/s at most.
    for part in ["ddr4-2400", "ddr4-3200", "lpddr4-4266", "hbm2"] {
      let specification = try shippedParts.part(part).specification
      // At 4 GHz every part but the last is too slow for the arrays.
      let outcome = try highLight(["dram.part=\(part)", "clock_ghz=4"]).simulate(layer)
      let channels = outcome.statistics.dram
      #expect(channels.count == specification.organisation.channels)
      let peak = specification.peakGBPerSecond / Double(channels.count)
      for channel in channels { #expect(channel.bandwidthGBPerSecond <= peak, "\(part)") }
      if let last { #expect(outcome.summary.cycles < last, "\(part)") }
      last = outcome.summary.cycles
    }
  }

  @Test(arguments: [["noc.kind=bus"], ["noc.kind=crossbar"], []])
  func `every link to the arrays says how far it is used`(_ overrides: [String]) throws {
    let layer = try SyntheticGEMM(GEMMShape(m: 64, k: 128, n: 64), seed: 2).layer()
    let outcome = try highLight(overrides).simulate(layer)
    let links = outcome.statistics.links.filter {
      $0.receiver.hasPrefix("PEArray") && ($0.name.hasSuffix("windows") || $0.name.hasSuffix("stationary"))
    }
    #expect(links.count == 8)
    for link in links {
      #expect(link.widthBytes > 0, "\(link.name)")
      #expect(link.bytesSent > 0 && link.bytesSent <= link.widthBytes * outcome.summary.cycles, "\(link.name)")
    }
  }

  @Test func `hops of a tree grow with its levels`() throws {
    for (fanOut, hops) in [(2, 2), (4, 1)] {
      let network = try highLight(["noc.fan_out=\(fanOut)", "noc.latency_cycles=3"]).specification.network
      #expect(network.hops == hops && network.latency == Int64(3 * hops))
    }
  }

  @Test(arguments: [
    ("glb.order=operand_b operand_a fill", "not every client"), ("glb.order=operand_b operand_a sums drain", "drain"),
    ("glb.arbitration=lottery", "priority or round-robin"), ("glb.row_bytes=48", "power of two"),
    ("noc.arbitration=round-robin", "only where noc.kind is bus or crossbar"), ("noc.kind=ring", "crossbar"),
  ])
  func `a wrong buffer or network is refused with its name`(_ override: String, _ message: String) throws {
    let error = try configurationError { _ = try highLight([override]) }
    #expect(error.exitClass == .usage && error.description.contains(message), "\(error)")
  }
}
