// SPDX-License-Identifier: Apache-2.0
import Hardware
import SimulationKernel
import Statistics

/// The figure: DSTC's boxes and wires.
///
///     DRAM -> GLB -> gather unit A -> bus per row of arrays ----> 2 x 2 outer-product arrays,
///              |                                                  each with its accumulation buffer
///              |---> gather unit B -> bus per column of arrays ->      |
///              |---> bitmask decoders (A, B) -> gather units           v
///     DRAM <- compression unit <- activation unit <- NoC (collect) <---'
final class DSTC: StreamFigure {
  let memory: any OffChipMemory
  let buffer: GlobalBuffer
  let maskDecoderA: MetadataDecoder
  let maskDecoderB: MetadataDecoder
  let gatherA: GatherUnit
  let gatherB: GatherUnit
  let networkA: VectorNetwork
  let networkB: VectorNetwork
  /// Row by row of the grid.
  let arrays: [OuterProductArray]
  let collector: TileCollector
  let activationUnit: ActivationUnit
  let compressionUnit: CompressionUnit
  let sequencer: StreamSequencer
  let pacedWidths: [String: Int64]
  private let tiedOff: TiedOffPorts

  var multipliers: [any ProductTracing] { arrays }

  func closeLedgers(cycles: Cycle) {
    for array in arrays { array.closeLedger(cycles: cycles) }
  }

  func ledgerEntries(names: [String]) -> [LedgerEntry] { arrays.flatMap { $0.ledgerEntries(names: names) } }

  var reporting: [any ActionReporting] {
    [memory as any ActionReporting, buffer, maskDecoderA, maskDecoderB, gatherA, gatherB, networkA, networkB] + arrays
      + [collector, activationUnit, compressionUnit]
  }

  var inventory: Inventory {
    let boxes: [any InventoryReporting] =
      [memory as any InventoryReporting, buffer, maskDecoderA, maskDecoderB, gatherA, gatherB, networkA, networkB]
      + arrays + [collector, activationUnit, compressionUnit, sequencer]
    return Inventory(joining: boxes.map(\.inventory))
  }

  /// - Parameter observer: told of every request that a timed memory takes in.
  init(
    in core: ClockDomain, _ specification: DSTCSpecification, _ layer: DSTCLayer,
    observer: (any DRAMRequestObserver)? = nil
  ) {
    let values = specification.values
    let mapping = layer.mapping
    let wordBytes = layer.wordBytes
    let tile = mapping.tile
    memory = specification.memory.makeMemory(in: core, image: layer.image, observer: observer)
    var plan = mapping.plan
    plan.memoryComponent = memory.index
    buffer = GlobalBuffer(in: core, specification.buffer, plan: plan, rings: DSTCSpecification.rings)
    let fields = specification.buffer.metadataPortWords
    func decoder(_ name: String, rank: Int?) -> MetadataDecoder {
      MetadataDecoder(
        in: core, name: "MetadataDecoder.\(name)", rank: rank, widestField: CondensedVector.wordLimit,
        fieldsPerCycle: fields)
    }
    maskDecoderA = decoder("operandA", rank: 0)
    maskDecoderB = decoder("operandB", rank: nil)
    func gather(_ name: String, _ operand: CondensedLayout) -> GatherUnit {
      GatherUnit(
        in: core, name: "GatherUnit.\(name)",
        GatherUnit.Specification(
          tiles: operand.tiles, tileSize: operand.tileSize, bufferRows: values.integer("gather.buffer_rows"),
          wordBytes: wordBytes, isCompressed: operand.isCompressed))
    }
    gatherA = gather("operandA", mapping.operandA)
    gatherB = gather("operandB", mapping.operandB)
    func network(_ name: String, _ operand: CondensedLayout, listeners: Int) -> VectorNetwork {
      VectorNetwork(
        in: core, name: "NoC.\(name)", tiles: operand.tiles, listeners: listeners,
        bytesPerCycle: values.integer("noc.bytes_per_cycle"), wordBytes: wordBytes, maskBits: operand.tileSize)
    }
    networkA = network("operandA", mapping.operandA, listeners: specification.gridColumns)
    networkB = network("operandB", mapping.operandB, listeners: specification.gridRows)
    let arraySpecification = specification.array(tile, wordBits: 8 * wordBytes)
    arrays = (0..<specification.arrays).map {
      OuterProductArray(in: core, name: "OuterProductArray[\($0)]", arraySpecification)
    }
    collector = TileCollector(in: core, specification.collection(tile), blocks: mapping.program.tileBlocks)
    activationUnit = ActivationUnit(in: core, layer.activation, result: layer.result)
    compressionUnit = CompressionUnit(
      in: core, layout: layer.outputLayout, builtRows: CondensedVector.wordLimit)
    sequencer = StreamSequencer(
      in: core, program: mapping.program, plan: plan, kPerWindow: mapping.kPerWindow,
      length: mapping.operandA.length, tiles: (mapping.operandA.tiles, mapping.operandB.tiles))
    tiedOff = TiedOffPorts(in: core)
    let width = Int64(values.integer("noc.bytes_per_cycle"))
    pacedWidths = [networkA.name: width, networkB.name: width]
    let columns = specification.gridColumns
    networkA.setArrays(
      (0..<specification.gridRows).map { row in (0..<columns).map { arrays[row * columns + $0].index } })
    networkB.setArrays(
      (0..<columns).map { column in (0..<specification.gridRows).map { arrays[$0 * columns + column].index } })
    for array in arrays { array.collectorIndex = collector.index }
    wire(in: core.simulation, specification)
  }

  private func wire(in simulation: Simulation, _ specification: DSTCSpecification) {
    tiedOff.wireMemory(
      memory, buffer: buffer, compressionUnit: compressionUnit, sequencer: sequencer, model: specification.memory,
      queue: specification.memoryQueueEntries, in: simulation)
    let values = specification.values
    let access = Cycle(specification.buffer.latencyCycles)
    let rowSlots = Int(access) + 2
    let fields = specification.buffer.metadataPortWords
    let hop = Cycle(values.integer("noc.latency_cycles"))
    let hopSlots = Int(hop) + 1
    // Buffer to gather units.
    guard let masksA = buffer.metadataPort(of: .rank0A), let masksB = buffer.maskB else {
      preconditionFailure("DSTC's buffer holds bitmasks of both operands")
    }
    let operands = [
      (buffer.operandA, masksA, maskDecoderA, gatherA, networkA, sequencer.operandA),
      (buffer.operandB, masksB, maskDecoderB, gatherB, networkB, sequencer.operandB),
    ]
    for (port, masks, decoder, gather, network, orders) in operands {
      simulation.connect(port.rows, to: gather.rows, latency: access, capacity: rowSlots)
      simulation.connect(masks.rows, to: decoder.rows, latency: access, capacity: rowSlots * fields)
      simulation.connect(decoder.fields, to: gather.masks, capacity: 2 * max(fields, gather.vectors.count))
      for (output, input) in zip(gather.vectors, network.vectors) {
        simulation.connect(output, to: input, capacity: 2)
      }
      // Control.
      let commands = 4
      simulation.connect(orders.values, to: port.commands, capacity: commands)
      simulation.connect(orders.masks, to: masks.commands, capacity: commands)
      simulation.connect(orders.decodes, to: decoder.commands, capacity: commands)
      simulation.connect(orders.gathers, to: gather.commands, capacity: commands)
    }
    // Vectors to arrays, and sums from them.
    let queue = values.integer("array.queue_vectors") + Int(hop) - 1
    let columns = specification.gridColumns
    for (index, array) in arrays.enumerated() {
      let (row, column) = (index / columns, index % columns)
      simulation.connect(networkA.branches[row][column], to: array.rows, latency: hop, capacity: queue)
      simulation.connect(networkB.branches[column][row], to: array.columns, latency: hop, capacity: queue)
      simulation.connect(array.sums, to: collector.arrays[index], latency: hop, capacity: hopSlots)
    }
    simulation.connect(collector.columns, to: activationUnit.columns, capacity: 2)
    simulation.connect(
      activationUnit.outputs, to: compressionUnit.outputs, capacity: values.integer("output.fifo_columns"))
    simulation.connect(buffer.releases, to: sequencer.releases, capacity: 2)
  }
}
