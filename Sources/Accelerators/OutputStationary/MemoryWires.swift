// SPDX-License-Identifier: Apache-2.0
import Hardware
import SimulationKernel

extension TiedOffPorts {
  /// Draws the wires between memory and chip, where sums stay in the arrays until they are final.
  func wireMemory(
    _ memory: any OffChipMemory, buffer: GlobalBuffer, compressionUnit: CompressionUnit, sequencer: StreamSequencer,
    model: MemoryModel, queue: Int, in simulation: Simulation
  ) {
    let request = model.requestLatency
    let requests = queue + Int(request) - 1
    let latency = model.answerLatency
    simulation.connect(sequencer.reads, to: memory.reads, latency: request, capacity: requests)
    simulation.connect(compressionUnit.writes, to: memory.writes, latency: request, capacity: requests)
    simulation.connect(
      memory.lines, to: buffer.fills, latency: latency, capacity: queue + model.answersInFlight(writes: false))
    simulation.connect(
      memory.acknowledgements, to: compressionUnit.acknowledgements, latency: latency,
      capacity: queue + model.answersInFlight(writes: true))
    simulation.connect(spills, to: memory.spills, capacity: 1)
    simulation.connect(memory.spillAcknowledgements, to: acknowledgements, latency: latency, capacity: 1)
    simulation.connect(sumCommands, to: buffer.sums.commands, capacity: 1)
    simulation.connect(buffer.sums.rows, to: sums, capacity: 1)
  }
}
