// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SimulationKernel

/// Passes messages on, a cycle later.
private final class Pass: Component {
  let input: Input<UInt64>
  let output: Output<UInt64>

  override init(_ name: String, in clock: ClockDomain) {
    input = Input("in", of: name, in: clock)
    output = Output("out", of: name, in: clock)
    super.init(name, in: clock)
  }

  override func tick() -> Activity {
    guard !input.isEmpty else { return input.starved }
    guard output.isReady else { return output.backpressured }
    output.send(input.receive() + 100, bytes: 8)
    return .worked
  }
}

/// Sends what it is told at its cycles, and takes everything.
private final class Player: BoundaryPlayer {
  let simulation: Simulation
  var sends: [(cycle: Cycle, value: UInt64)]
  var taken: [(cycle: Cycle, value: UInt64)] = []
  private let clock: ClockDomain

  init(_ simulation: Simulation, clock: ClockDomain, sends: [(Cycle, UInt64)]) {
    self.simulation = simulation
    self.clock = clock
    self.sends = sends.map { (cycle: $0.0, value: $0.1) }
  }

  func play(component index: Int) {
    if simulation.components[index].name == "source" {
      while let next = sends.first, next.cycle <= clock.cycle, simulation.isReady(link: 0) {
        withUnsafeBytes(of: next.value) { simulation.send($0.baseAddress!, bytes: 8, onLink: 0) }
        sends.removeFirst()
      }
      if let next = sends.first, next.cycle > clock.cycle {
        simulation.wake(component: index, at: next.cycle * clock.period)
      }
    } else {
      while simulation.hasArrival(onLink: 1) {
        let front = simulation.message(simulation.traffic(onLink: 1).received, onLink: 1)
        taken.append((clock.cycle, front.content.load(as: UInt64.self)))
        simulation.drop(onLink: 1)
      }
    }
  }
}

/// A part alone, between stand-ins of its neighbours.
@Suite struct IsolationTests {
  private func simulation() -> (Simulation, ClockDomain) {
    let simulation = Simulation()
    let clock = simulation.addClock("core", period: 1000)
    let source = Source(in: clock, (0..<5).map { _ in Source.Item() })
    let pass = Pass("pass", in: clock)
    let sink = Sink(in: clock)
    simulation.connect(source.output, to: pass.input, capacity: 2)
    simulation.connect(pass.output, to: sink.input, latency: 3, capacity: 4)
    return (simulation, clock)
  }

  @Test func `an isolated part takes what is played to it, at the cycles of its wires`() throws {
    let (simulation, clock) = simulation()
    simulation.isolate(["pass"])
    try simulation.start()
    let player = Player(simulation, clock: clock, sends: [(2, 7), (3, 8), (2000, 9)])
    simulation.player = player
    _ = try simulation.run()
    #expect(player.taken.map(\.value) == [107, 108, 109])
    // Sent, a cycle to the part, three from it.
    #expect(player.taken.map(\.cycle) == [6, 7, 2004])
    #expect(player.sends.isEmpty)
    #expect(simulation.components.map(\.name) == ["source", "pass", "sink"])
  }

  @Test func `a part that is left out sends nothing by itself`() throws {
    let (simulation, _) = simulation()
    simulation.isolate(["pass"])
    try simulation.start()
    _ = try simulation.run()
    #expect(simulation.messageCount == 0)
  }
}
