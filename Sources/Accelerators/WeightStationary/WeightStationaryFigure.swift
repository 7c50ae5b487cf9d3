// SPDX-License-Identifier: Apache-2.0
import Hardware
import SimulationKernel

/// The figure: the boxes and wires of the family.
///
///     DRAM -> GLB -> VFMU -> NoC -> 4 PE arrays -> NoC -> activation unit -> compression unit -> DRAM
///              |-> metadata decoders (a rank of A each, B) ->|
///
/// A design has the decoders that its metadata needs; where it restores no zeros, a plain row buffer of fixed windows
/// takes the VFMU's place, and where it leaves none out, the compression unit only writes.
///
/// Where K is done in parts, sums also go NoC -> spill unit -> DRAM -> GLB -> NoC -> PE arrays.
final class WeightStationaryFigure {
  let memory: any OffChipMemory
  let buffer: GlobalBuffer
  /// One for each rank of operand A that the design skips.
  let decoders: PerRank<MetadataDecoder?>
  let maskDecoder: MetadataDecoder?
  let vfmu: VFMU
  let stationaryBus: StationaryBus
  /// One of the two carries operand B: a tree of its own, or wires that it shares with operand A.
  let multicast: MulticastNetwork?
  let sharedNetwork: SharedNetwork?
  let arrays: [PEArray]
  let collector: Collector
  let activationUnit: ActivationUnit
  let compressionUnit: CompressionUnit
  let spillUnit: SpillUnit
  let reloadNetwork: ReloadNetwork
  let sequencer: Sequencer

  /// Bytes per cycle at which a component paces what it sends, by its name: the width of links that the kernel itself does
  /// not limit.
  func pacedWidths(_ network: NetworkSpecification) -> [String: Int64] {
    var widths = [stationaryBus.name: Int64(network.operandABytesPerCycle)]
    if let multicast { widths[multicast.name] = Int64(network.bytesPerCycle) }
    if let sharedNetwork { widths[sharedNetwork.name] = Int64(network.bytesPerCycle) }
    return widths
  }

  /// The decoders that the machine has: operand A's from the highest rank down, then operand B's.
  var allDecoders: [MetadataDecoder] {
    (PerRank<Int>.descending.map { decoders[$0] } + [maskDecoder]).compactMap { $0 }
  }

  /// The components that report actions, in the figure's order.
  var reporting: [any ActionReporting] {
    let network: [(any ActionReporting)?] = [multicast, sharedNetwork]
    return [memory as any ActionReporting, buffer] + allDecoders + [vfmu]
      + network.compactMap { $0 } + [stationaryBus] + arrays
      + [collector, activationUnit, compressionUnit, spillUnit, reloadNetwork]
  }

  /// - Parameter observer: told of every request that a timed memory takes in.
  init(
    in core: ClockDomain, _ specification: WeightStationarySpecification, _ layer: PreparedLayer,
    observer: (any DRAMRequestObserver)? = nil
  ) {
    let values = specification.values
    let wordBytes = layer.wordBytes
    let metadataRanks = specification.metadataRanks
    memory = specification.memory.makeMemory(
      in: core, image: layer.image, observer: observer, metadataRanks: metadataRanks)
    var plan = layer.mapping.plan
    plan.memoryComponent = memory.index
    let rings = specification.rings
    buffer = GlobalBuffer(
      in: core, specification.buffer, plan: plan, rings: rings, operandBRank: metadataRanks.ofB)
    func decoder(_ name: String, of ring: BufferRing, rank: Int?, widestField: Int) -> MetadataDecoder? {
      guard rings.contains(ring) else { return nil }
      return MetadataDecoder(in: core, name: "MetadataDecoder.\(name)", rank: rank, widestField: widestField)
    }
    let arraySpecification = specification.array(
      layer.layoutOfA, wordBits: wordBytes * 8, declaredBlocks: layer.declaredBlocks)
    decoders = PerRank {
      decoder(
        "rank\($0)", of: .metadataA(ofRank: $0), rank: $0, widestField: arraySpecification.widestFieldBits(ofRank: $0))
    }
    let offsets = specification.offsetWires(isUsed: layer.hasBlockOffsetsOfB)
    maskDecoder = decoder(
      "operandB", of: .maskB, rank: metadataRanks.ofB, widestField: offsets?.bits ?? OperandWindow.wordLimit)
    vfmu = VFMU(
      in: core, name: specification.restoresZeros ? "VFMU" : "RowBuffer",
      VFMU.Specification(
        bufferRows: specification.fetchedRows, wordBytes: wordBytes, isCompressed: layer.isOperandBCompressed,
        shifter: specification.shifter, offsets: offsets))
    let network = specification.network
    let windowBytes = arraySpecification.windowWords * wordBytes
    switch network.kind {
    case .multicastTree:
      multicast = MulticastNetwork(
        in: core, branches: specification.arrays, bytesPerCycle: network.bytesPerCycle, windowBytes: windowBytes,
        offsets: offsets)
      sharedNetwork = nil
    case .shared(let topology, let arbitration):
      multicast = nil
      sharedNetwork = SharedNetwork(
        in: core,
        SharedNetwork.Specification(
          topology: topology, arbitration: arbitration, arrays: specification.arrays,
          bytesPerCycle: network.bytesPerCycle, windowBytes: windowBytes,
          rowBytes: arraySpecification.slotsPerRow * wordBytes, offsets: offsets))
    }
    stationaryBus = StationaryBus(
      in: core,
      StationaryBus.Specification(
        array: arraySpecification, arrays: specification.arrays, wordBytes: wordBytes,
        bytesPerCycle: network.operandABytesPerCycle),
      padding: layer.padding)
    arrays = (0..<specification.arrays).map { PEArray(in: core, name: "PEArray[\($0)]", arraySpecification) }
    collector = Collector(
      in: core, arrays: specification.arrays, wordsPerCycle: values.integer("noc.collection_words_per_cycle"))
    activationUnit = ActivationUnit(in: core, layer.activation, result: layer.result)
    compressionUnit = CompressionUnit(
      in: core, name: specification.compressesOutput ? "CompressionUnit" : "OutputWriter", layout: layer.outputLayout,
      canCompress: specification.compressesOutput)
    spillUnit = SpillUnit(in: core, program: layer.mapping.program)
    reloadNetwork = ReloadNetwork(in: core, arrays: specification.arrays)
    sequencer = Sequencer(in: core, program: layer.mapping.program, plan: plan, rings: rings)
    multicast?.setArrays(arrays.map(\.index))
    sharedNetwork?.setArrays(arrays.map(\.index))
    vfmu.networkIndex = multicast?.index ?? sharedNetwork?.index ?? 0
    for (number, array) in arrays.enumerated() {
      array.collectorIndex = collector.index
      array.place = PEArray.Place(array: number, arrays: arrays.count)
    }
    wire(in: core.simulation, specification)
    if let multicast, let leap = StreamLeap(buffer: buffer, vfmu: vfmu, network: multicast, arrays: arrays) {
      core.simulation.add(leap)
    }
  }

  private func wire(in simulation: Simulation, _ specification: WeightStationarySpecification) {
    let values = specification.values
    let queue = specification.memoryQueueEntries
    let network = specification.network.latency
    let networkSlots = Int(network) + 1
    let access = Cycle(specification.buffer.latencyCycles)
    let rowSlots = Int(access) + 2
    // Off-chip.
    let model = specification.memory
    let request = model.requestLatency
    let requests = queue + Int(request) - 1
    let latency = model.answerLatency
    simulation.connect(sequencer.reads, to: memory.reads, latency: request, capacity: requests)
    simulation.connect(compressionUnit.writes, to: memory.writes, latency: request, capacity: requests)
    simulation.connect(
      memory.lines, to: buffer.fills, latency: latency,
      capacity: queue + model.answersInFlight(writes: false))
    simulation.connect(
      memory.acknowledgements, to: compressionUnit.acknowledgements, latency: latency,
      capacity: queue + model.answersInFlight(writes: true))
    // Buffer to arrays.
    simulation.connect(buffer.operandB.rows, to: vfmu.rows, latency: access, capacity: rowSlots)
    simulation.connect(buffer.operandA.rows, to: stationaryBus.rows, latency: access, capacity: rowSlots)
    if let multicast { simulation.connect(vfmu.windows, to: multicast.windows, capacity: 2) }
    if let sharedNetwork { simulation.connect(vfmu.windows, to: sharedNetwork.windows, capacity: 2) }
    for (index, array) in arrays.enumerated() {
      var windows = multicast?.branches[index]
      var stationary = stationaryBus.arrays[index]
      if let sharedNetwork {
        simulation.connect(stationary, to: sharedNetwork.rows[index], capacity: 2)
        windows = sharedNetwork.windowBranches[index]
        stationary = sharedNetwork.rowBranches[index]
      }
      guard let windows else { preconditionFailure("a network carries operand B") }
      simulation.connect(windows, to: array.windows, latency: network, capacity: networkSlots)
      simulation.connect(stationary, to: array.stationary, latency: network, capacity: networkSlots)
      simulation.connect(array.sums, to: collector.arrays[index], latency: network, capacity: networkSlots)
    }
    // Results.
    simulation.connect(collector.columns, to: activationUnit.columns, capacity: 2)
    simulation.connect(
      activationUnit.outputs, to: compressionUnit.outputs, capacity: values.integer("output.fifo_columns"))
    // Partial sums, where K is done in parts.
    simulation.connect(collector.spills, to: spillUnit.columns, capacity: 16)
    simulation.connect(spillUnit.writes, to: memory.spills, latency: request, capacity: requests)
    simulation.connect(
      memory.spillAcknowledgements, to: spillUnit.acknowledgements, latency: latency,
      capacity: queue + model.answersInFlight(writes: true))
    simulation.connect(buffer.sums.rows, to: reloadNetwork.rows, latency: access, capacity: rowSlots)
    for (index, array) in arrays.enumerated() {
      simulation.connect(reloadNetwork.arrays[index], to: array.reloads, latency: network, capacity: networkSlots)
    }
    // Control.
    simulation.connect(spillUnit.notes, to: sequencer.spills, capacity: 2)
    let commands = 4
    simulation.connect(buffer.releases, to: sequencer.releases, capacity: 2)
    simulation.connect(sequencer.operandACommands, to: buffer.operandA.commands, capacity: commands)
    simulation.connect(sequencer.operandBCommands, to: buffer.operandB.commands, capacity: commands)
    simulation.connect(sequencer.sumCommands, to: buffer.sums.commands, capacity: commands)
    simulation.connect(sequencer.loads, to: stationaryBus.commands, capacity: commands)
    simulation.connect(sequencer.streams, to: vfmu.commands, capacity: commands)
    // Metadata.
    for path in metadataPaths(maskSlots: specification.maskSlots) {
      simulation.connect(path.port.rows, to: path.decoder.rows, latency: access, capacity: rowSlots)
      simulation.connect(path.decoder.fields, to: path.user, capacity: path.slots)
      simulation.connect(path.orders.commands, to: path.port.commands, capacity: commands)
      simulation.connect(path.orders.decodes, to: path.decoder.commands, capacity: commands)
    }
  }

  /// A stream of metadata: from its port of the buffer through its decoder to whom it tells what to select.
  private struct MetadataPath {
    let port: BufferPort<MetadataRow>
    let decoder: MetadataDecoder
    let user: Input<MetadataField>
    let orders: MetadataOrders
    /// Fields that wait in front of the user.
    let slots: Int

    init?(
      _ port: BufferPort<MetadataRow>?, _ decoder: MetadataDecoder?, _ user: Input<MetadataField>?,
      _ orders: MetadataOrders?, slots: Int = 2
    ) {
      guard let port, let decoder, let user, let orders else { return nil }
      self.port = port
      self.decoder = decoder
      self.user = user
      self.orders = orders
      self.slots = slots
    }
  }

  private func metadataPaths(maskSlots: Int) -> [MetadataPath] {
    let pathOfB = MetadataPath(
      buffer.maskB, maskDecoder, vfmu.masks ?? vfmu.offsets, sequencer.maskB, slots: maskSlots)
    let pathsOfA = PerRank<Int>.descending.map { rank in
      MetadataPath(
        buffer.metadataA[rank], decoders[rank], stationaryBus.metadata[rank], sequencer.metadataA[rank])
    }
    return ([pathOfB] + pathsOfA).compactMap { $0 }
  }
}
