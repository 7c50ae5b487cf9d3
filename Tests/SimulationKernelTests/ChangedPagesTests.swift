// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SimulationKernel

/// Memory that is hashed by the pages that changed.
@Suite struct ChangedPagesTests {
  private static let bytes = 5 * ChangedPages.pageBytes + 100

  private final class Memory {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: ChangedPagesTests.bytes, alignment: 8)
    let changes = ChangedPages(bytes: ChangedPagesTests.bytes)
    let simulation = Simulation()

    init() throws {
      bytes.initializeMemory(as: UInt8.self, repeating: 3)
      let clock = simulation.addClock("core", period: 1)
      simulation.adoptState(bytes, of: "box", changes: changes)
      _ = Component("box", in: clock)
      try simulation.start()
    }

    deinit {
      bytes.deallocate()
      changes.deallocate()
    }

    func store(_ value: UInt8, at offset: Int) {
      bytes[offset] = value
      changes.note(offset)
    }
  }

  @Test func `a hash that was kept up is that of a memory that was never hashed before`() throws {
    let often = try Memory()
    let once = try Memory()
    var random = SplitMix64(5)
    var hashes: Set<UInt64> = [often.simulation.stateHashes()[0]]
    for step in 0..<60 {
      let offset = Int.random(in: 0..<Self.bytes, using: &random)
      let value = often.bytes[offset] &+ UInt8.random(in: 1...255, using: &random)
      often.store(value, at: offset)
      once.store(value, at: offset)
      hashes.insert(often.simulation.stateHashes()[0])
      #expect(hashes.count == step + 2)
    }
    #expect(once.simulation.stateHashes() == often.simulation.stateHashes())
    #expect(once.simulation.ownStateHashes() == often.simulation.ownStateHashes())
  }

  @Test func `a restored memory is hashed anew`() throws {
    let memory = try Memory()
    let snapshot = memory.simulation.snapshot()
    let before = memory.simulation.stateHashes()
    memory.store(9, at: 4000)
    #expect(memory.simulation.stateHashes() != before)
    memory.simulation.restore(snapshot)
    #expect(memory.simulation.stateHashes() == before)
  }

  @Test func `a planted fault shows`() throws {
    let memory = try Memory()
    let before = memory.simulation.stateHashes()
    memory.simulation.plant(Simulation.Fault(component: "box", time: 0, region: 0, byte: Self.bytes - 1, bit: 7))
    #expect(memory.simulation.stateHashes() != before)
  }
}

/// Messages in words, read one after the other.
@Suite struct MessageReaderTests {
  private enum Ring: UInt8 { case first, second }

  private struct Order: BitwiseCopyable {
    var ring = Ring.first
    var isLast = false
    var small: Int8 = -128
    var unsigned: UInt64 = .max
    var wide: Int64 = .min
    var words: InlineArray<3, Int16> = [7, -8, 9]
    var column: UInt32 = .max
  }

  private final class Sender: Component {
    let output: Output<Order>
    override init(_ name: String, in clock: ClockDomain) {
      output = Output("out", of: name, in: clock)
      super.init(name, in: clock)
    }

    override func tick() -> Activity {
      guard now < 40, output.isReady else { return .idle }
      output.send(
        Order(
          ring: now % 3 == 0 ? .second : .first, isLast: now % 2 == 0, small: Int8(now), unsigned: .max - UInt64(now),
          wide: now - 20, column: UInt32(now) * 1000), bytes: Int(now))
      return .worked
    }
  }

  private final class Receiver: Component {
    let input: Input<Order>
    override init(_ name: String, in clock: ClockDomain) {
      input = Input("in", of: name, in: clock)
      super.init(name, in: clock)
    }

    override func tick() -> Activity {
      guard !input.isEmpty else { return input.starved }
      input.drop()
      return .worked
    }
  }

  @Test func `the text is that of an inspected message`() throws {
    let simulation = Simulation()
    let clock = simulation.addClock("core", period: 10)
    let (sender, receiver) = (Sender("a", in: clock), Receiver("b", in: clock))
    simulation.connect(sender.output, to: receiver.input, capacity: 3)
    try simulation.start()
    var reader = MessageReader(ofLink: 0, in: simulation)
    var texts: [[UInt8]: String] = [:]
    for cycle in 0..<40 as Range<Cycle> {
      _ = try simulation.run(through: cycle * 10)
      let message = simulation.message(cycle, onLink: 0)
      let read = reader.read(cycle)
      #expect(read.arrival == message.arrival && read.bytes == Int64(message.bytes))
      #expect(String(decoding: reader.text(of: cycle), as: UTF8.self) == message.text)
      var key: [UInt8] = [1, 2]
      reader.appendKey(of: cycle, to: &key)
      #expect(key.starts(with: [1, 2]))
      #expect(texts.updateValue(message.text, forKey: key) == nil)
    }
  }
}

@Suite struct NotedArrayTests {
  private struct Line: BitwiseCopyable {
    // Crosses pages: its size does not divide theirs.
    var words: InlineArray<9, Int32> = InlineArray(repeating: 0)
  }

  private final class Store: Component {
    let memory: NotedArray<Line>
    override init(_ name: String, in clock: ClockDomain) {
      memory = NotedArray(repeating: Line(), count: 500, of: name, in: clock)
      super.init(name, in: clock)
    }
  }

  @Test func `every element that is stored shows in the hash, kept up or not`() throws {
    func store() throws -> (Simulation, Store) {
      let simulation = Simulation()
      let store = Store("store", in: simulation.addClock("core", period: 1))
      try simulation.start()
      return (simulation, store)
    }
    let (often, kept) = try store()
    let (once, fresh) = try store()
    var hashes: Set<UInt64> = [often.stateHashes()[0]]
    for index in stride(from: 0, to: 500, by: 7) {
      var line = kept.memory[index]
      line.words[index % 9] += 1
      for memory in [kept.memory, fresh.memory] { memory.store(line, at: index) }
      #expect(kept.memory[index].words[index % 9] == 1)
      #expect(hashes.insert(often.stateHashes()[0]).inserted)
    }
    #expect(once.stateHashes() == often.stateHashes())
    #expect(kept.memory.count == 500)
    #expect(ComponentInspection(of: kept).states.map(\.name) == ["memory"])
  }
}
