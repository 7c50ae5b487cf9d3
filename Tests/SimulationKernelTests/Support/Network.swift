// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

/// A node of a random network: takes one message from every input, thinks, and sends one on every output.
///
/// Such a network computes the same values however its messages are timed, as a Kahn process network does.
final class Node: Component {
  let inputs: [Input<UInt64>]
  let outputs: [Output<UInt64>]

  private let plan: NetworkPlan.Node
  private let total: Int
  private var readyAt: Cycle = 0
  /// What each firing made of its inputs.
  private(set) var values: [UInt64] = []

  init(_ plan: NetworkPlan.Node, total: Int, in clock: ClockDomain) {
    inputs = plan.inputDelays.indices.map { Input("in\($0)", of: plan.name, in: clock) }
    outputs = plan.outputDelays.indices.map { Output("out\($0)", of: plan.name, in: clock) }
    self.plan = plan
    self.total = total
    super.init(plan.name, in: clock)
  }

  override var isFinished: Bool { values.count == total }

  override func tick() -> Activity {
    guard !isFinished else { return .idle }
    guard now >= readyAt else { return plan.isBusyWhileThinking ? .worked : .idle.until(readyAt) }
    let firing = values.count
    for (input, delay) in zip(inputs, plan.inputDelays) where firing >= delay && input.isEmpty {
      return input.starved
    }
    for (output, delay) in zip(outputs, plan.outputDelays) where firing + delay < total && !output.isReady {
      return output.backpressured
    }
    var value = plan.salt &+ UInt64(firing)
    for (input, delay) in zip(inputs, plan.inputDelays) {
      value = (value ^ (firing >= delay ? input.receive() : 0)) &* 0x9e37_79b9_7f4a_7c15
      value ^= value >> 29
    }
    values.append(value)
    for (number, output) in outputs.enumerated() where firing + plan.outputDelays[number] < total {
      output.send(value &+ UInt64(number), bytes: Int(value % 5))
    }
    readyAt = now + 1 + Cycle(value % plan.thinking)
    return .worked
  }
}

/// A random layered network with joins, forks and feedback over several clocks, fixed by its seed.
struct NetworkPlan {
  struct Node {
    var name: String
    var clock: Int
    var salt: UInt64
    /// A firing takes 1 to `thinking` cycles, depending on the value.
    var thinking: UInt64
    var isBusyWhileThinking: Bool
    /// Per endpoint, the firings by which a feedback link runs ahead; 0 on other links.
    var inputDelays: [Int] = []
    var outputDelays: [Int] = []
  }

  struct Wire {
    var from: (node: Int, output: Int)
    var to: (node: Int, input: Int)
    var latency: Cycle
    var capacity: Int
    var width: Int?
  }

  var periods: [Femtoseconds]
  var nodes: [Node] = []
  var wires: [Wire] = []
  let firings = 40

  init(seed: UInt64, layers: Int? = nil, nodesPerLayer: ClosedRange<Int> = 1...5) {
    var random = SplitMix64(seed)
    periods = [[1_000_000], [1_000_000, 468_750], [1_000_000, 500_000, 833_333]].randomElement(using: &random) ?? [1]
    var layerNodes: [[Int]] = []
    for layer in 0..<(layers ?? .random(in: 3...6, using: &random)) {
      layerNodes.append([])
      for position in 0..<Int.random(in: nodesPerLayer, using: &random) {
        layerNodes[layer].append(nodes.count)
        nodes.append(
          Node(
            name: "node[\(layer)][\(position)]", clock: .random(in: 0..<periods.count, using: &random),
            salt: random.next(), thinking: .random(in: 1...4, using: &random),
            isBusyWhileThinking: .random(using: &random)))
      }
    }
    for layer in layerNodes.indices.dropFirst() {
      for node in layerNodes[layer] {
        for _ in 0..<Int.random(in: 1...3, using: &random) {
          let source = layerNodes[.random(in: 0..<layer, using: &random)].randomElement(using: &random) ?? 0
          connect(source, to: node, delay: 0, using: &random)
        }
      }
    }
    for _ in 0..<Int.random(in: 0...3, using: &random) {
      let early = Int.random(in: 0..<nodes.count, using: &random)
      connect(
        .random(in: early..<nodes.count, using: &random), to: early, delay: .random(in: 1...3, using: &random),
        using: &random)
    }
  }

  private mutating func connect(_ from: Int, to node: Int, delay: Int, using random: inout SplitMix64) {
    wires.append(
      Wire(
        from: (from, nodes[from].outputDelays.count), to: (node, nodes[node].inputDelays.count),
        latency: .random(in: 1...5, using: &random), capacity: .random(in: delay + 1...delay + 5, using: &random),
        width: Bool.random(using: &random) ? .random(in: 1...6, using: &random) : nil))
    nodes[from].outputDelays.append(delay)
    nodes[node].inputDelays.append(delay)
  }

  /// Builds the network, ready to start.
  ///
  /// - Parameter order: seed of the order in which clocks, components and links are made; nil for the plan's.
  func build(
    _ perturbation: Simulation.Perturbation = .init(), order: UInt64? = nil
  ) -> (simulation: Simulation, nodes: [SimulationKernelTests.Node]) {
    var random = SplitMix64(order ?? 0)
    func ordered<Element>(_ elements: some Sequence<Element>) -> [Element] {
      order == nil ? Array(elements) : elements.shuffled(using: &random)
    }
    let simulation = Simulation(perturbation: perturbation)
    var clocks: [Int: ClockDomain] = [:]
    for clock in ordered(periods.indices) {
      clocks[clock] = simulation.addClock("clock\(clock)", period: periods[clock])
    }
    var made: [Int: SimulationKernelTests.Node] = [:]
    for node in ordered(nodes.indices) {
      guard let clock = clocks[nodes[node].clock] else { continue }
      made[node] = .init(nodes[node], total: firings, in: clock)
    }
    for wire in ordered(wires) {
      guard let from = made[wire.from.node], let to = made[wire.to.node] else { continue }
      simulation.connect(
        from.outputs[wire.from.output], to: to.inputs[wire.to.input], latency: wire.latency,
        capacity: wire.capacity, width: wire.width)
    }
    return (simulation, nodes.indices.compactMap { made[$0] })
  }
}

/// Everything that a run of a network shows.
struct NetworkResult: Equatable {
  var values: [[UInt64]]
  var eventHash: UInt64
  var time: Femtoseconds
  /// Sorted by name, since the order of registration is a perturbation.
  var components: [ComponentAccount]
  var links: [LinkAccount]

  init(
    running plan: NetworkPlan, _ perturbation: Simulation.Perturbation = .init(), order: UInt64? = nil,
    prepare: (Simulation) -> Void = { _ in }
  ) throws {
    let (simulation, nodes) = plan.build(perturbation, order: order)
    prepare(simulation)
    try simulation.start()
    _ = try simulation.run()
    simulation.closeAccounts()
    values = nodes.map(\.values)
    eventHash = simulation.eventHash
    time = simulation.time
    components = simulation.componentAccounts.sorted { $0.name < $1.name }
    links = simulation.linkAccounts.sorted { $0.name < $1.name }
  }
}
