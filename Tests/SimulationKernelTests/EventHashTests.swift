// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SimulationKernel

/// The event hash tells runs apart by what was sent where and when, and by nothing else.
@Suite struct EventHashTests {
  private func hash(
    of sends: [Cycle], source name: String = "source", perCycle: Int = 8
  ) throws -> UInt64 {
    let simulation = Simulation()
    let clock = simulation.addClock("core", period: 1000)
    let source = Source(name, in: clock, sends.map { .init(notBefore: $0) }, perCycle: perCycle)
    let sink = Listener(in: clock)
    simulation.connect(source.output, to: sink.input, capacity: 1024)
    try simulation.start()
    _ = try simulation.run()
    #expect(source.sends == sends)
    return simulation.eventHash
  }

  @Test func `a run without messages hashes to zero`() throws {
    #expect(try hash(of: []) == 0)
  }

  @Test func `the hash depends on link, send cycles and number of messages`() throws {
    let reference = try hash(of: [0, 4, 9])
    #expect(try hash(of: [0, 4, 9]) == reference)
    #expect(try hash(of: [0, 4, 9], source: "other") != reference)
    #expect(try hash(of: [0, 4, 10]) != reference)
    #expect(try hash(of: [1, 4, 9]) != reference)
    #expect(try hash(of: [0, 4]) != reference)
    #expect(try hash(of: [0, 4, 9, 9]) != reference)
    #expect(try hash(of: [0, 0, 4, 9]) != hash(of: [0, 4, 9, 9]))
  }

  @Test func `the hash depends on where in a schedule a gap lies`() throws {
    #expect(try hash(of: [0, 4, 5, 6]) != hash(of: [0, 1, 5, 6]))
    // Equal sums of cycles, of their squares and of their products with ordinals.
    #expect(try hash(of: [0, 4, 5]) != hash(of: [1, 2, 6]))
  }

  @Test func `a send in cycle 0 and a first send that never was are told apart`() throws {
    #expect(try hash(of: [0]) != 0)
    #expect(try hash(of: [0, 0]) != hash(of: [0]))
  }

  @Test func `schedules of a few messages are all told apart`() throws {
    // Every set of send cycles within the first 10.
    var seen: [UInt64: [Cycle]] = [:]
    var collisions: [[[Cycle]]] = []
    for set in 0..<(1 << 10) {
      let sends = (0..<10 as Range<Cycle>).filter { set >> $0 & 1 == 1 }
      if let other = seen.updateValue(sends, forKey: try hash(of: sends)) { collisions.append([other, sends]) }
    }
    #expect(collisions.count == 0, "for instance \(collisions.first ?? [])")
  }

  /// 1 + base + base^2 + … + base^(count - 1), by doubling.
  private func geometricSum(_ base: UInt64, _ count: Int64) -> (sum: UInt64, power: UInt64) {
    guard count > 0 else { return (0, 1) }
    let half = geometricSum(base, count / 2)
    let even = (sum: half.sum &* (1 &+ half.power), power: half.power &* half.power)
    return count % 2 == 0 ? even : (even.sum &+ even.power, even.power &* base)
  }

  @Test(arguments: [1, 2, 3, 10, 101, 1000] as [Int64], [1, 2, 7, 1000] as [Cycle])
  func `a closed form over an even stretch equals stepping through it`(count: Int64, stride: Cycle) throws {
    let sends = (0..<count).map { 13 + $0 * stride }
    let link = LinkHash(name: "source.output->listener.input")
    let first = link.appending(gap: 13, to: 0)
    // Appending m times is a multiplication by factor^m and an addition of the series.
    let (series, power) = geometricSum(link.factor, count - 1)
    #expect(try hash(of: sends) == first &* power &+ link.appending(gap: stride, to: 0) &* series)
  }

  @Test(arguments: Array<UInt64>(0..<20))
  func `a closed form over a repeated stretch of any gaps equals stepping through it`(seed: UInt64) throws {
    var random = SplitMix64(seed)
    let gaps = (0..<Int.random(in: 1...9, using: &random)).map { _ in Cycle.random(in: 0...5, using: &random) }
    let repetitions = Int64.random(in: 1...50, using: &random)
    let link = LinkHash(name: "source.output->listener.input")
    let once = gaps.reduce(0 as UInt64) { link.appending(gap: $1, to: $0) }
    let power = gaps.reduce(1 as UInt64) { power, _ in power &* link.factor }
    var cycle: Cycle = 0
    var sends: [Cycle] = []
    for _ in 0..<repetitions {
      for gap in gaps {
        cycle += gap
        sends.append(cycle)
      }
    }
    #expect(try hash(of: sends, perCycle: .max) == once &* geometricSum(power, repetitions).sum)
  }
}
