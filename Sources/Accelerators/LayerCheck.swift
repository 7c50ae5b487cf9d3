// SPDX-License-Identifier: Apache-2.0
import Hardware
import SimulationKernel
import Statistics
import Workloads

/// A check of a run that failed: the simulator is wrong, whatever the input.
public struct LayerFailure: Error, Equatable, CustomStringConvertible {
  public let layer: String
  /// What should hold, and what was found instead.
  public let problem: String

  public init(layer: String, problem: String) {
    self.layer = layer
    self.problem = problem
  }

  public var description: String { "layer \(layer): \(problem)" }
}

/// Everything that is checked about every run.
struct LayerCheck {
  let layer: GEMMLayer
  let z: [Int32]
  let stored: [Int16]
  let reference: [Int32]
  let requantisation: Requantisation
  let outputWidth: Requantisation.OutputWidth
  let statistics: LayerStatistics
  let links: [LinkAccount]

  init(
    _ layer: GEMMLayer, z: [Int32], stored: [Int16], reference: [Int32], requantisation: Requantisation,
    outputWidth: Requantisation.OutputWidth, statistics: LayerStatistics, links: [LinkAccount]
  ) {
    self.layer = layer
    self.z = z
    self.stored = stored
    self.reference = reference
    self.requantisation = requantisation
    self.outputWidth = outputWidth
    self.statistics = statistics
    self.links = links
  }

  init(_ prepared: PreparedLayer, z: [Int32], reference: [Int32], statistics: LayerStatistics, links: [LinkAccount]) {
    layer = prepared.layer
    self.z = z
    stored = StoredResult(prepared.outputLayout, order: prepared.mapping.program).read(from: prepared.image)
    self.reference = reference
    requantisation = prepared.requantisation
    outputWidth = prepared.outputWidth
    self.statistics = statistics
    self.links = links
  }

  /// A hash over Z as it was summed and as it was stored.
  var resultHash: UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func combine(_ word: UInt64) {
      hash = (hash ^ word) &* 0x9e37_79b9_7f4a_7c15
      hash ^= hash >> 32
    }
    for sum in z { combine(UInt64(bitPattern: Int64(sum))) }
    for word in stored { combine(UInt64(bitPattern: Int64(word))) }
    return hash
  }

  /// - Throws: `LayerFailure` for the first check that fails.
  func run() throws(LayerFailure) {
    try checkSums()
    try checkStoredResult()
    guard statistics.ledger.isConserved else {
      throw failure(
        "the ledger has \(statistics.ledger.total) lane-cycles, expected "
          + "\(statistics.ledger.lanes) x \(statistics.ledger.cycles)")
    }
    for entry in statistics.ledger.entries where entry.laneCycles < 0 {
      throw failure("\(entry.component) has \(entry.laneCycles) lane-cycles of \(entry.cause.rawValue)")
    }
    let effectual = statistics.ledger.laneCycles(of: .effectual)
    guard effectual == layer.effectualMACs else {
      throw failure("the ledger has \(effectual) effectual MACs, the operands have \(layer.effectualMACs)")
    }
    for bound in statistics.bounds where statistics.ledger.cycles < bound.cycles {
      throw failure("\(statistics.ledger.cycles) cycles beat the bound \(bound.kind) of \(bound.cycles)")
    }
    for link in links where link.bytesSent != link.bytesReceived || link.inFlight != 0 {
      throw failure(
        "\(link.name): \(link.bytesSent) bytes in, \(link.bytesReceived) out, \(link.inFlight) messages left")
    }
    for component in statistics.components
    where component.busyCycles + component.starvedCycles + component.backpressuredCycles + component.idleCycles
      != component.cycles
    {
      throw failure("the activities of \(component.name) do not sum to its \(component.cycles) cycles")
    }
  }

  private func checkSums() throws(LayerFailure) {
    for index in 0..<max(z.count, reference.count) where z.count != reference.count || z[index] != reference[index] {
      guard z.count == reference.count else { throw failure("Z has \(z.count) elements, not \(reference.count)") }
      throw failure(
        "z[\(index / layer.n),\(index % layer.n)] is \(z[index]), the reference product says \(reference[index])")
    }
  }

  private func checkStoredResult() throws(LayerFailure) {
    for row in 0..<layer.m {
      for column in 0..<layer.n {
        let sum = layer.output.activation.apply(to: Int(reference[row * layer.n + column]))
        let expected = requantisation.apply(to: sum, width: outputWidth)
        let found = Int(stored[row * layer.n + column])
        guard found == expected else {
          throw failure("z[\(row),\(column)] is stored as \(found), requantisation gives \(expected)")
        }
      }
    }
  }

  private func failure(_ problem: String) -> LayerFailure { LayerFailure(layer: layer.name, problem: problem) }
}
