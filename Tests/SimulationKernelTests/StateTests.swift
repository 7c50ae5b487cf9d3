// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SimulationKernel

/// State lives in memory that the simulation owns, and is accessed within its bounds.
@Suite struct StateTests {
  private struct Registers {
    var flag: UInt8 = 1
    var sum: Int64 = 2
    var last: UInt8 = 3
  }

  private let simulation = Simulation()
  private let clock: ClockDomain

  init() { clock = simulation.addClock("core", period: 1000) }

  @Test func `copies of a state are handles to one memory`() {
    let state = State(Registers(), of: "array", in: clock)
    let copy = state
    state.wrappedValue.sum += 40
    #expect(copy.wrappedValue.sum == 42)
    #expect(copy.wrappedValue.flag == 1)
  }

  @Test func `a memory is filled with its initial value`() {
    let memory = StateArray(repeating: Int32(-7), count: 100, of: "buffer", in: clock)
    #expect(memory.count == 100)
    #expect(Array(memory.elements(0..<100)) == Array(repeating: -7, count: 100))
    memory[99] += 1
    #expect(memory[99] == -6)
    #expect(memory[98] == -7)
    #expect(Array(memory.elements(98..<100)) == [-7, -6])
    #expect(memory.elements(100..<100).isEmpty)
  }

  @Test func `a memory of no elements has an empty range and nothing else`() {
    let memory = StateArray(repeating: Int32(0), count: 0, of: "buffer", in: clock)
    #expect(memory.count == 0)
    #expect(memory.elements(0..<0).isEmpty)
  }

  @Test func `every piece of state is a region of its owner`() {
    _ = State(Registers(), of: "array", in: clock)
    _ = StateArray(repeating: Registers(), count: 3, of: "buffer", in: clock)
    #expect(simulation.stateMemory.regions.map(\.owner) == ["array", "buffer"])
    #expect(simulation.stateMemory.regions.map(\.bytes) == [24, 72])
    #expect(simulation.stateMemory.regions.allSatisfy { UInt(bitPattern: $0.start) % 64 == 0 })
  }

  @Test func `the padding behind an element is zero`() throws {
    _ = StateArray(repeating: Registers(), count: 8, of: "buffer", in: clock)
    let region = try #require(simulation.stateMemory.regions.first)
    let bytes = UnsafeRawBufferPointer(start: region.start, count: region.bytes)
    for element in 0..<8 { #expect(bytes[(element * 24 + 17)..<(element * 24 + 24)].allSatisfy { $0 == 0 }) }
  }

  @Test(arguments: [-1, 4, Int.max, Int.min])
  func `an access outside a memory traps`(index: Int) async {
    await #expect(processExitsWith: .failure) { [index] in
      let simulation = Simulation()
      let clock = simulation.addClock("core", period: 1000)
      let memory = StateArray(repeating: 0, count: 4, of: "buffer", in: clock)
      memory[index] = 1
    }
  }

  @Test(arguments: [-1..<2, 3..<5, 5..<5])
  func `a range outside a memory traps`(range: Range<Int>) async {
    await #expect(processExitsWith: .failure) { [range] in
      let simulation = Simulation()
      let clock = simulation.addClock("core", period: 1000)
      _ = StateArray(repeating: 0, count: 4, of: "buffer", in: clock).elements(range)
    }
  }

  @Test func `state is not allocated while a simulation runs`() async {
    await #expect(processExitsWith: .failure) {
      let simulation = Simulation()
      let clock = simulation.addClock("core", period: 1000)
      try simulation.start()
      _ = State(0, of: "array", in: clock)
    }
  }
}
