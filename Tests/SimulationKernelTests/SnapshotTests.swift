// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SimulationKernel

/// A component whose state is all the simulation's: it passes values on, and sleeps for long times between.
private final class Relay: Component {
  struct Registers: BitwiseCopyable {
    var flag = true
    var sum: UInt64 = 1
    var small: Int16 = -3
    var sent: Int64 = 0
  }

  let input: Input<UInt64>
  let output: Output<UInt64>
  @State var state: Registers
  let memory: StateArray<UInt32>

  override init(_ name: String, in clock: ClockDomain) {
    input = Input("in", of: name, in: clock)
    output = Output("out", of: name, in: clock)
    _state = State(Registers(), of: name, in: clock)
    memory = StateArray(repeating: 0, count: 3000, of: name, in: clock)
    super.init(name, in: clock)
  }

  override func tick() -> Activity {
    let isFirst = name == "relay0" && state.sent == 0
    guard isFirst || !input.isEmpty else { return input.starved }
    guard output.isReady else { return output.backpressured }
    let value = isFirst ? 1 : input.receive()
    state.sum = (state.sum ^ value) &* 0x9e37_79b9_7f4a_7c15
    state.sent += 1
    memory[Int(state.sum % 3000)] += 1
    if state.sent > 150 { stop() }
    output.send(state.sum, bytes: Int(state.sum % 7))
    // Wakes near and far: the ring of buckets, and the queue behind it.
    return .idle.until(now + 1 + Cycle(state.sum % 5000))
  }
}

/// A ring of relays over two clocks.
private func ring(_ perturbation: Simulation.Perturbation = .init()) throws -> (Simulation, [Relay]) {
  let simulation = Simulation(perturbation: perturbation)
  let clocks = [simulation.addClock("a", period: 1_000_000), simulation.addClock("b", period: 468_750)]
  let relays = (0..<5).map { Relay("relay\($0)", in: clocks[$0 % 2]) }
  for (index, relay) in relays.enumerated() {
    simulation.connect(
      relay.output, to: relays[(index + 1) % 5].input, latency: Cycle(1 + index), capacity: 2, width: 3)
  }
  try simulation.start()
  return (simulation, relays)
}

private final class Sends: MessageObserver {
  var count = 0
  func messageSent(link: Int, ordinal: Int64, sendCycle: Cycle, arrival: Femtoseconds, bytes: Int) { count += 1 }
}

@Suite struct SnapshotTests {
  /// What a run comes to.
  private func end(_ simulation: Simulation) throws -> [UInt64] {
    _ = try simulation.run()
    return simulation.stateHashes() + [simulation.eventHash, UInt64(simulation.time)]
  }

  @Test(arguments: 0..<20)
  func `a restored run ends as it ended before`(seed: UInt64) throws {
    var perturbation = Simulation.Perturbation()
    if seed % 2 == 1 { perturbation.backpressureSeed = seed }
    if seed % 3 == 1 { perturbation.shuffleSeed = seed }
    let (whole, _) = try ring(perturbation)
    let expected = try end(whole)
    let (simulation, _) = try ring(perturbation)
    let reset = simulation.snapshot()
    _ = try simulation.run(through: Femtoseconds(seed) * 9_999_999)
    let middle = simulation.snapshot(sharing: reset)
    let hashes = simulation.stateHashes()
    for snapshot in [middle, reset, middle, middle, reset] {
      #expect(try end(simulation) == expected)
      simulation.restore(snapshot)
      #expect(simulation.time == snapshot.time)
      if snapshot === middle { #expect(simulation.stateHashes() == hashes) }
    }
  }

  @Test func `a snapshot adds only what changed since the one it shares with`() throws {
    let (simulation, _) = try ring()
    let first = simulation.snapshot()
    let second = simulation.snapshot(sharing: first)
    #expect(first.addedBytes > 5 * 12_000)
    #expect(second.addedBytes == 0)
    _ = try simulation.run(through: 2_000_000)
    let third = simulation.snapshot(sharing: second)
    #expect(third.addedBytes > 0 && third.addedBytes < first.addedBytes / 2)
  }

  @Test func `observers stay through a restoration`() throws {
    let (simulation, _) = try ring()
    let snapshot = simulation.snapshot()
    let sends = Sends()
    simulation.observeMessages(sends)
    simulation.restore(snapshot)
    _ = try simulation.run()
    #expect(sends.count == Int(simulation.messageCount))
  }

  @Test func `adopted memory is state`() throws {
    let simulation = Simulation()
    let clock = simulation.addClock("core", period: 1)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 10, alignment: 8)
    defer { memory.deallocate() }
    memory.initializeMemory(as: UInt8.self, repeating: 1)
    simulation.adoptState(memory, of: "box")
    _ = Component("box", in: clock)
    try simulation.start()
    let snapshot = simulation.snapshot()
    let hash = simulation.stateHashes()
    memory[9] = 7
    #expect(simulation.stateHashes() != hash)
    simulation.restore(snapshot)
    #expect(memory[9] == 1)
    #expect(simulation.stateHashes() == hash)
  }
}

/// Layouts are those of the compiler, and hashes do not see what lies between fields.
@Suite struct StateLayoutTests {
  private struct Inner: BitwiseCopyable {
    var a: UInt8 = 5
    var b: Int64 = -6
  }

  private enum Kind: UInt8 { case one, two }

  private struct Options: OptionSet, BitwiseCopyable { let rawValue: UInt8 }

  private struct Outer: BitwiseCopyable {
    var flag = true
    var inner = Inner()
    var kind = Kind.two
    var words: InlineArray<3, Int16> = [7, -8, 9]
    var pair: (Int8, Int32) = (1, 2)
    var vector = SIMD4<Int32>(1, 2, 3, 4)
    var options = Options(rawValue: 6)
    var last: UInt16 = 65_535
  }

  @Test func `every field is where the compiler put it`() {
    let layout = StateLayout(of: Outer())
    func offset(_ name: String) -> Int? { layout.field(name)?.offset }
    #expect(offset("flag") == MemoryLayout<Outer>.offset(of: \.flag))
    #expect(offset("inner.a") == MemoryLayout<Outer>.offset(of: \.inner.a))
    #expect(offset("inner.b") == MemoryLayout<Outer>.offset(of: \.inner.b))
    #expect(offset("kind") == MemoryLayout<Outer>.offset(of: \.kind))
    #expect(offset("words") == MemoryLayout<Outer>.offset(of: \.words))
    #expect(offset("pair.0") == MemoryLayout<Outer>.offset(of: \.pair.0) || offset("pair..0") != nil)
    #expect(offset("vector") == MemoryLayout<Outer>.offset(of: \.vector))
    #expect(offset("options") == MemoryLayout<Outer>.offset(of: \.options))
    #expect(offset("last") == MemoryLayout<Outer>.offset(of: \.last))
    #expect(layout.stride == MemoryLayout<Outer>.stride)
  }

  @Test func `fields are read as numbers and as text`() {
    let layout = StateLayout(of: Outer())
    withUnsafeBytes(of: Outer()) { raw in
      guard let start = raw.baseAddress else { return }
      func text(_ name: String) -> String? { layout.field(name).map { $0.text(start + $0.offset) } }
      func integer(_ name: String) -> Int64 {
        layout.field(name)?.integer?(start + (layout.field(name)?.offset ?? 0)) ?? -99
      }
      #expect(text("flag") == "true" && integer("flag") == 1)
      #expect(text("inner.b") == "-6" && integer("inner.b") == -6)
      #expect(text("kind") == "two" && integer("kind") == 1)
      #expect(text("words") == "[7 -8 9]")
      #expect(text("vector") == "[1 2 3 4]")
      #expect(text("options") == "6")
      #expect(text("last") == "65535" && integer("last") == 65_535)
    }
  }

  @Test func `a hash leaves padding out and nothing else`() {
    let layout = StateLayout(of: Inner())
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 5 * layout.stride, alignment: 8)
    defer { memory.deallocate() }
    memory.initializeMemory(as: UInt8.self, repeating: 0)
    func hash() -> UInt64 {
      var hash = StateHash()
      guard let start = memory.baseAddress else { return 0 }
      hash.combine(UnsafeRawPointer(start), count: memory.count, mask: StateMask(layout))
      return hash.value
    }
    let before = hash()
    for byte in memory.indices {
      memory[byte] ^= 0x10
      let isPadding = (1..<8).contains(byte % 16)
      #expect((hash() == before) == isPadding, "byte \(byte)")
      memory[byte] ^= 0x10
    }
  }

  @Test(arguments: [1, 7, 8, 9, 31, 32, 33, 64, 100])
  func `every byte of plain memory counts, and its place`(count: Int) {
    var bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    func hash() -> UInt64 {
      var hash = StateHash()
      bytes.withUnsafeBytes { raw in
        if let start = raw.baseAddress { hash.combine(start, count: raw.count, mask: StateMask()) }
      }
      return hash.value
    }
    var seen: Set<UInt64> = [hash()]
    for index in bytes.indices {
      for bit in 0..<8 {
        bytes[index] ^= 1 << UInt8(bit)
        seen.insert(hash())
        bytes[index] ^= 1 << UInt8(bit)
      }
    }
    #expect(seen.count == 1 + 8 * count)
  }

  @Test func `an inspection finds wrapped state, memories, nested ones and links`() throws {
    let (simulation, _) = try ring()
    let inspection = ComponentInspection(of: simulation.components[0])
    #expect(inspection.states.map(\.name) == ["state", "memory"])
    #expect(inspection.states.map(\.count) == [nil, 3000])
    #expect(inspection.endpoints.map(\.name) == ["input", "output"])
    #expect(inspection.endpoints.map(\.isInput) == [true, false])
  }
}
