// SPDX-License-Identifier: Apache-2.0
import Hardware
import SimulationKernel
import Statistics

/// The figure: S2TA's boxes and wires.
///
///     DRAM -> GLB -> block feeder A (rows) ------> array of time-unrolled processing elements,
///              |                                   each MAC with a sum of its own
///              |---> block feeder B (columns) ---->     |
///              |---> bitmask decoders (A, B) -> feeders v
///     DRAM <- compression unit <- activation unit <- collector
final class S2TA: StreamFigure {
  let memory: any OffChipMemory
  let buffer: GlobalBuffer
  let maskDecoderA: MetadataDecoder
  let maskDecoderB: MetadataDecoder
  let feederA: BlockFeeder
  let feederB: BlockFeeder
  let array: TimeUnrolledArray
  let collector: TileCollector
  let activationUnit: ActivationUnit
  let compressionUnit: CompressionUnit
  let sequencer: StreamSequencer
  let pacedWidths: [String: Int64]
  private let tiedOff: TiedOffPorts

  var reporting: [any ActionReporting] {
    [
      memory, buffer, maskDecoderA, maskDecoderB, feederA, feederB, array, collector, activationUnit, compressionUnit,
    ]
  }

  var inventory: Inventory {
    let boxes: [any InventoryReporting] = [
      memory, buffer, maskDecoderA, maskDecoderB, feederA, feederB, array, collector, activationUnit, compressionUnit,
      sequencer,
    ]
    return Inventory(joining: boxes.map(\.inventory))
  }

  var multipliers: [any ProductTracing] { [array] }

  func closeLedgers(cycles: Cycle) { array.closeLedger(cycles: cycles) }

  func ledgerEntries(names: [String]) -> [LedgerEntry] { array.ledgerEntries(names: names) }

  /// - Parameter observer: told of every request that a timed memory takes in.
  init(
    in core: ClockDomain, _ specification: S2TASpecification, _ layer: S2TALayer,
    observer: (any DRAMRequestObserver)? = nil
  ) {
    let mapping = layer.mapping
    memory = specification.memory.makeMemory(in: core, image: layer.image, observer: observer)
    var plan = mapping.plan
    plan.memoryComponent = memory.index
    buffer = GlobalBuffer(in: core, specification.buffer, plan: plan, rings: S2TASpecification.rings)
    func decoder(_ name: String, rank: Int?) -> MetadataDecoder {
      MetadataDecoder(
        in: core, name: "MetadataDecoder.\(name)", rank: rank, widestField: 64,
        fieldsPerCycle: specification.buffer.metadataPortWords)
    }
    maskDecoderA = decoder("operandA", rank: 0)
    maskDecoderB = decoder("operandB", rank: 0)
    let length = layer.layer.k
    feederA = BlockFeeder(
      in: core, name: "BlockFeeder.operandA", specification.feeder(mapping.operandA, length: length))
    feederB = BlockFeeder(
      in: core, name: "BlockFeeder.operandB", specification.feeder(mapping.operandB, length: length))
    let width = Int64(specification.values.integer("noc.bytes_per_cycle"))
    pacedWidths = [feederA.name: width, feederB.name: width]
    array = TimeUnrolledArray(
      in: core, name: "TimeUnrolledArray",
      specification.array(passes: mapping.passes, boundB: mapping.operandB.bound, wordBits: 8 * layer.wordBytes))
    collector = TileCollector(in: core, specification.collection, blocks: mapping.program.tileBlocks)
    activationUnit = ActivationUnit(in: core, layer.activation, result: layer.result)
    compressionUnit = CompressionUnit(in: core, layout: layer.outputLayout)
    sequencer = StreamSequencer(
      in: core, program: mapping.program, plan: plan, kPerWindow: mapping.perWindow, length: mapping.operandA.blocks,
      tiles: (specification.rows / 8, specification.columns / 8))
    tiedOff = TiedOffPorts(in: core)
    array.collectorIndex = collector.index
    wire(in: core.simulation, specification)
  }

  private func wire(in simulation: Simulation, _ specification: S2TASpecification) {
    let access = Cycle(specification.buffer.latencyCycles)
    let rowSlots = Int(access) + 2
    let fields = specification.buffer.metadataPortWords
    guard let masksA = buffer.metadataPort(of: .rank0A), let masksB = buffer.maskB else {
      preconditionFailure("S2TA's buffer holds bitmasks of both operands")
    }
    let operands = [
      (buffer.operandA, masksA, maskDecoderA, feederA, array.blocksA, sequencer.operandA),
      (buffer.operandB, masksB, maskDecoderB, feederB, array.blocksB, sequencer.operandB),
    ]
    let commands = 4
    for (port, masks, decoder, feeder, blocks, orders) in operands {
      simulation.connect(port.rows, to: feeder.rows, latency: access, capacity: rowSlots)
      simulation.connect(masks.rows, to: decoder.rows, latency: access, capacity: rowSlots * fields)
      simulation.connect(decoder.fields, to: feeder.masks, capacity: 2 * max(8, fields))
      simulation.connect(feeder.blocks, to: blocks, capacity: 2)
      simulation.connect(orders.values, to: port.commands, capacity: commands)
      simulation.connect(orders.masks, to: masks.commands, capacity: commands)
      simulation.connect(orders.decodes, to: decoder.commands, capacity: commands)
      simulation.connect(orders.gathers, to: feeder.commands, capacity: commands)
    }
    simulation.connect(array.sums, to: collector.arrays[0], capacity: 2)
    simulation.connect(collector.columns, to: activationUnit.columns, capacity: 2)
    simulation.connect(
      activationUnit.outputs, to: compressionUnit.outputs,
      capacity: specification.values.integer("output.fifo_columns"))
    simulation.connect(buffer.releases, to: sequencer.releases, capacity: 2)
    tiedOff.wireMemory(
      memory, buffer: buffer, compressionUnit: compressionUnit, sequencer: sequencer, model: specification.memory,
      queue: specification.memoryQueueEntries, in: simulation)
  }
}
