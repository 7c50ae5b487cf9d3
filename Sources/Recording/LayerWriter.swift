// SPDX-License-Identifier: Apache-2.0

import GRDB
import Statistics

/// Where a layer is in the file.
///
/// The identifier follows from the position of the layer alone, so that a file has the same content in whatever order, and after
/// however many interruptions, its layers were simulated.
struct LayerKey {
  let runID: Int64
  let layerIndex: Int
  let layerID: Int64

  init(runs: [RunDescription], run: Int, layerIndex: Int) {
    runID = RunTable.identifier(run)
    self.layerIndex = layerIndex
    layerID = Int64(runs[..<run].reduce(0) { $0 + $1.layers } + layerIndex + 1)
  }
}

/// Writes everything that is known of one layer.
struct LayerWriter {
  let key: LayerKey
  let layer: LayerSummary
  let statistics: LayerStatistics
  let costs: LayerCosts?

  func write(to database: Database) throws {
    checkCosts()
    try writeSummary(to: database)
    try writeSample(to: database)
    try writeBounds(to: database)
    try writeLedger(to: database)
    try writeActions(to: database)
    try writeAreas(to: database)
    try writeComponents(to: database)
    try writeLinks(to: database)
    try writeDRAM(to: database)
    try writeStateHashes(to: database)
    try writeMessages(to: database)
    try SpanWriter(layerID: key.layerID, statistics: statistics, database: database).write()
  }

  /// The totals must be the sums of their parts.
  private func checkCosts() {
    guard let costs else { return }
    precondition(
      costs.actionAttojoules.count == statistics.actions.count, "Every action of a layer has a price, or none has.")
    precondition(
      costs.actionAttojoules.reduce(0, +) == layer.energyAttojoules, "The actions' energies do not sum to the layer's.")
    precondition(
      costs.areas.reduce(0) { $0 + $1.microSquareMicrons } == layer.areaMicroSquareMicrons,
      "The components' areas do not sum to the chip's.")
  }

  private func writeSummary(to database: Database) throws {
    try Insertion(into: LayerSchema.storedLayer, in: database).insert([
      key.layerID, key.runID, key.layerIndex, layer.layer, layer.design, layer.pattern, layer.patternExecuted,
      layer.m, layer.n, layer.k, layer.lanes, layer.cycles, layer.macsEffectual, layer.laneCyclesActive,
      layer.dramReadBytes, layer.dramWriteBytes, layer.denseRunCycles, layer.denseRunAttojoules,
      layer.energyAttojoules,
      layer.areaMicroSquareMicrons, layer.clockGHz, layer.verified, layer.mapping, layer.repeatCount,
      statistics.eventHash.hashText, statistics.resultHash.hashText,
      layer.sample?.fraction ?? 1, layer.sample?.cycles.error ?? 0, layer.sample?.cycles.margin ?? 0,
      energyUncertainty?.error, energyUncertainty?.margin,
    ])
  }

  /// None where the layer was simulated as a whole; nil without energy.
  private var energyUncertainty: LayerSample.Uncertainty? {
    guard layer.energyAttojoules != nil else { return nil }
    guard let sample = layer.sample else { return LayerSample.Uncertainty(error: 0, margin: 0) }
    return sample.attojoules
  }

  private func writeSample(to database: Database) throws {
    let insertion = try Insertion(into: SampleSchema.storedSample, in: database)
    for (index, part) in (layer.sample?.parts ?? []).enumerated() {
      try insertion.insert([
        key.layerID, index, part.first, part.rows, part.columns, part.weight, part.cycles, part.attojoules,
        part.eventHash.hashText, part.resultHash.hashText,
      ])
    }
  }

  private func writeBounds(to database: Database) throws {
    let insertion = try Insertion(into: LayerSchema.storedBound, in: database)
    for bound in statistics.bounds {
      try insertion.insert([key.layerID, bound.kind, bound.cycles])
    }
  }

  private func writeLedger(to database: Database) throws {
    let insertion = try Insertion(into: LedgerSchema.storedLedger, in: database)
    for (index, entry) in statistics.ledger.entries.enumerated() {
      try insertion.insert([
        key.layerID, index, entry.component, entry.cause.rawValue, entry.blamed, entry.laneCycles,
        entry.taxLaneCycles,
      ])
    }
  }

  private func writeActions(to database: Database) throws {
    let insertion = try Insertion(into: CostSchema.storedAction, in: database)
    for (index, action) in statistics.actions.enumerated() {
      try insertion.insert([
        key.layerID, index, action.component, action.action, action.count, action.bits,
        action.isSparsityTax ? "tax" : "base", action.rank, costs?.actionAttojoules[index],
      ])
    }
  }

  private func writeAreas(to database: Database) throws {
    guard let costs else { return }
    let insertion = try Insertion(into: CostSchema.storedArea, in: database)
    for (index, area) in costs.areas.enumerated() {
      try insertion.insert([
        key.layerID, index, area.component, area.part, area.isSparsityTax ? "tax" : "base", area.rank,
        area.microSquareMicrons,
      ])
    }
  }

  private func writeComponents(to database: Database) throws {
    let insertion = try Insertion(into: ActivitySchema.storedComponent, in: database)
    for (index, component) in statistics.components.enumerated() {
      try insertion.insert([
        key.layerID, index, component.name, component.clockDomain, component.clockPeriod, component.cycles,
        component.busyCycles, component.starvedCycles, component.backpressuredCycles, component.idleCycles,
      ])
    }
  }

  private func writeLinks(to database: Database) throws {
    let insertion = try Insertion(into: LinkSchema.storedLink, in: database)
    for (index, link) in statistics.links.enumerated() {
      try insertion.insert([
        key.layerID, index, link.name, link.sender, link.receiver, link.latencyCycles, link.widthBytes, link.capacity,
        link.messages, link.bytesSent, link.bytesReceived, link.starvedCycles, link.backpressuredCycles,
      ])
    }
  }

  private func writeStateHashes(to database: Database) throws {
    var hashes = try IntegerInsertion(into: ReplaySchema.storedStateHash, in: database)
    for window in statistics.stateHashes {
      for (component, hash) in window.hashes.enumerated() {
        hashes.append(key.layerID)
        hashes.append(window.start)
        hashes.append(Int64(component))
        hashes.append(Int64(bitPattern: hash))
        try hashes.endRow()
      }
    }
    try hashes.flush()
  }

  private func writeMessages(to database: Database) throws {
    let texts = try PackedInsertion(into: MessageSchema.storedText, in: database)
    for index in 0..<statistics.messages.texts.count {
      try texts.insert(key.layerID, Int64(index), text: Array(statistics.messages.texts[index].utf8))
    }
    var messages = try IntegerInsertion(into: MessageSchema.storedMessage, in: database)
    for message in statistics.messages.messages {
      messages.append(key.layerID)
      messages.append(message.number)
      messages.append(Int64(message.link))
      messages.append(message.ordinal)
      messages.append(message.sent)
      messages.append(message.arrived)
      messages.append(message.received)
      messages.append(message.bytes)
      messages.append(message.cause)
      messages.append(Int64(message.carried))
      try messages.endRow()
    }
    try messages.flush()
  }

  private func writeDRAM(to database: Database) throws {
    let insertion = try Insertion(into: DRAMSchema.storedDRAM, in: database)
    for dram in statistics.dram {
      try insertion.insert([
        key.layerID, dram.channel, dram.requests, dram.reads, dram.writes, dram.readBytes, dram.writeBytes, dram.cycles,
        dram.bandwidthGBPerSecond, dram.latencyMean, dram.latencyP50, dram.latencyP99, dram.latencyMax,
        dram.rowHits, dram.rowMisses, dram.rowConflicts, dram.activates, dram.precharges, dram.refreshes,
      ])
    }
  }
}
