// SPDX-License-Identifier: Apache-2.0
import Hardware
import SimulationKernel
import Sparsity
import Statistics
import Testing
import Workloads

@testable import Accelerators

/// Every check of a run can fail.
struct CheckTests {
  private struct Run {
    var prepared: PreparedLayer
    var reference: [Int32]
    var z: [Int32]
    var statistics: LayerStatistics
    var links: [LinkAccount]

    func check() throws {
      try LayerCheck(prepared, z: z, reference: reference, statistics: statistics, links: links).run()
    }
  }

  /// A finished run of a small layer, before its checks.
  private static func finishedRun() throws -> Run {
    let layer = try SyntheticGEMM(
      GEMMShape(m: 70, k: 48, n: 20), pattern: "2:4", densityA: nil, densityB: 0.5, seed: 3
    ).layer()
    let specification = try highLight().specification
    let reference = try ReferenceProduct.multiply(
      Tensor(shape: [layer.m, layer.k], elements: layer.a),
      bColumns: Tensor(shape: [layer.n, layer.k], elements: layer.bTransposed)
    ).elements
    let prepared = try PreparedLayer(layer, reference: reference, on: specification)
    let simulation = Simulation()
    let core = simulation.addClock("core", period: 1_000_000)
    let figure = WeightStationaryFigure(in: core, specification, prepared)
    try simulation.start()
    _ = try simulation.run()
    simulation.closeAccounts()
    for array in figure.arrays { array.closeLedger(cycles: core.cycle + 1) }
    var statistics = LayerStatistics(simulation)
    let names = simulation.components.map(\.name)
    statistics.ledger = Ledger(
      lanes: Int64(specification.lanes), cycles: core.cycle + 1,
      entries: figure.arrays.flatMap { $0.ledgerEntries(names: names) })
    statistics.bounds = prepared.mapping.estimate.bounds
    return Run(
      prepared: prepared, reference: reference, z: prepared.result.elements, statistics: statistics,
      links: simulation.linkAccounts)
  }

  @Test
  func `an untouched run passes`() throws { try Self.finishedRun().check() }

  @Test
  func `a wrong sum is found and named`() throws {
    var run = try Self.finishedRun()
    run.z[3 * 20 + 7] += 1
    #expect { try run.check() } throws: { "\($0)".contains("z[3,7]") }
  }

  @Test
  func `a wrong byte of the stored result is found`() throws {
    let run = try Self.finishedRun()
    let address = run.prepared.outputLayout.valueAddress
    run.prepared.image.withBytes(address..<address + 1) { $0[0] ^= 0x10 }
    #expect { try run.check() } throws: { "\($0)".contains("z[0,0] is stored as") }
  }

  @Test
  func `a lane-cycle too many is found`() throws {
    var run = try Self.finishedRun()
    run.statistics.ledger.entries[0].laneCycles += 1
    #expect { try run.check() } throws: { "\($0)".contains("lane-cycles, expected") }
  }

  @Test
  func `a lane-cycle booked under the wrong cause is found`() throws {
    var run = try Self.finishedRun()
    let entries = run.statistics.ledger.entries
    let effectual = try #require(entries.firstIndex { $0.cause == .effectual })
    let other = try #require(entries.firstIndex { $0.cause == .drain })
    run.statistics.ledger.entries[effectual].laneCycles -= 1
    run.statistics.ledger.entries[other].laneCycles += 1
    #expect { try run.check() } throws: { "\($0)".contains("effectual MACs") }
  }

  @Test
  func `a bound that was beaten is found`() throws {
    var run = try Self.finishedRun()
    run.statistics.bounds.append(Bound(kind: "planted", cycles: run.statistics.ledger.cycles + 1))
    #expect { try run.check() } throws: { "\($0)".contains("beat the bound planted") }
  }

  @Test
  func `bytes lost on a link are found`() throws {
    var run = try Self.finishedRun()
    run.links[0].bytesReceived -= 1
    #expect { try run.check() } throws: { "\($0)".contains("bytes in") }
  }

  @Test
  func `activities that do not sum to the cycles are found`() throws {
    var run = try Self.finishedRun()
    run.statistics.components[0].busyCycles += 1
    #expect { try run.check() } throws: { "\($0)".contains("do not sum") }
  }
}
