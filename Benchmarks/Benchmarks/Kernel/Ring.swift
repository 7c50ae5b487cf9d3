// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

/// The ring of `reference/ring.hpp` on the kernel: a component for each node, a link to the next.
struct Ring {
  private let simulation = Simulation()
  private let nodes: [Node]

  /// - Parameter tokens: messages that go round; a multiple of `count`.
  init(nodes count: Int, tokens: Int) {
    precondition(tokens % count == 0, "every node begins with as many tokens")
    let clock = simulation.addClock("core", period: 1000)
    let nodes = (0..<count).map { Node(number: $0, nodes: count, tokens: tokens / count, in: clock) }
    for (index, node) in nodes.enumerated() {
      simulation.connect(
        node.output, to: nodes[(index + 1) % count].input, latency: Int64(1 + index % 8), capacity: tokens)
    }
    self.nodes = nodes
  }

  /// Runs `cycles` cycles; returns the messages delivered, and a sum over the nodes' states.
  func run(cycles: Int64) throws -> (events: UInt64, sum: UInt64) {
    try simulation.start()
    _ = try simulation.run(through: (cycles - 1) * 1000)
    return nodes.reduce((0, 0)) { ($0.0 + $1.state.delivered, $0.1 &+ $1.state.mixed) }
  }
}

/// A message that goes round.
struct Token: BitwiseCopyable {
  var value: UInt64
  var hops: UInt64
}

/// Mixes each message into its state and passes on what comes of it.
final class Node: Component {
  struct Registers: BitwiseCopyable {
    var mixed: UInt64 = 0
    var delivered: UInt64 = 0
    /// Tokens of its own that it has begun.
    var begun: UInt64 = 0
  }

  let input: Input<Token>
  let output: Output<Token>
  private let number: UInt64
  private let nodes: UInt64
  private let tokens: UInt64
  @State private(set) var state: Registers

  init(number: Int, nodes: Int, tokens: Int, in clock: ClockDomain) {
    let name = "node\(number)"
    self.number = UInt64(number)
    self.nodes = UInt64(nodes)
    self.tokens = UInt64(tokens)
    input = Input("input", of: name, in: clock)
    output = Output("output", of: name, in: clock)
    _state = State(Registers(), of: name, in: clock)
    super.init(name, in: clock)
  }

  override func tick() -> Activity {
    let isBeginning = state.begun < tokens
    if isBeginning {
      pass(Token(value: state.begun * nodes + number, hops: 0))
      state.begun += 1
    }
    guard isBeginning || !input.isEmpty else { return input.starved }
    while !input.isEmpty { pass(input.receive()) }
    return .worked
  }

  private func pass(_ token: Token) {
    state.mixed = (state.mixed ^ token.value) &* 0x9E37_79B9_7F4A_7C15
    state.delivered += 1
    output.send(Token(value: state.mixed >> 7, hops: token.hops + 1), bytes: 16)
  }
}
