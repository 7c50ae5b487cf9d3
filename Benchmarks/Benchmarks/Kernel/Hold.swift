// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

/// The sleepers of `reference/hold.hpp` on the kernel: components without links that wake themselves.
struct Hold {
  private let simulation = Simulation()
  private let sleepers: [Sleeper]

  init(actors: Int) {
    let clock = simulation.addClock("core", period: 1000)
    sleepers = (0..<actors).map { Sleeper(number: $0, in: clock) }
  }

  /// Runs `cycles` cycles; returns the wake-ups, and a sum over the sleepers' states.
  func run(cycles: Int64) throws -> (events: UInt64, sum: UInt64) {
    try simulation.start()
    _ = try simulation.run(through: (cycles - 1) * 1000)
    return sleepers.reduce((0, 0)) { ($0.0 + $1.state.woken, $0.1 &+ $1.state.mixed) }
  }
}

/// Mixes the cycles in which it is woken into its state, and sleeps for a random time.
final class Sleeper: Component {
  struct Registers: BitwiseCopyable {
    var random: UInt64
    var mixed: UInt64 = 0
    var woken: UInt64 = 0

    /// 1 to 8 cycles in 90 of 100 cases, up to 100 in 9.5, up to 3000 in the rest.
    var delay: Cycle {
      let choice = random >> 54
      let value = random >> 22 & 0xFF_FFFF
      if choice < 922 { return 1 + Cycle(value & 7) }
      return 1 + Cycle(value % (choice < 1019 ? 100 : 3000))
    }
  }

  @State private(set) var state: Registers

  init(number: Int, in clock: ClockDomain) {
    let name = "sleeper\(number)"
    _state = State(Registers(random: UInt64(number + 1) &* 0x9E37_79B9_7F4A_7C15), of: name, in: clock)
    super.init(name, in: clock)
  }

  override func tick() -> Activity {
    state.random ^= state.random << 13
    state.random ^= state.random >> 7
    state.random ^= state.random << 17
    state.mixed = (state.mixed ^ UInt64(bitPattern: now)) &* 0x9E37_79B9_7F4A_7C15
    state.woken += 1
    return .working(until: now + state.delay)
  }
}
