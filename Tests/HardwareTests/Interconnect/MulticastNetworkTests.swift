// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Testing

@testable import Hardware

struct MulticastNetworkTests {
  private static let arrayIndices = [21, 22, 23]

  private func windows(_ count: Int) -> [OperandWindow] {
    (0..<count).map { index in
      var window = OperandWindow(
        words: InlineArray(repeating: 0), column: Int32(index), rowBlock: 0, flags: [],
        blame: Blame(.dram, component: 9))
      for word in 0..<64 { window.words[word] = Int16(index * 64 + word) }
      return window
    }
  }

  private func multicast(
    _ count: Int, at times: [Cycle] = [], bytesPerCycle: Int, windowBytes: Int, slowBranchEvery: Cycle = 1
  ) throws -> (branches: [Sink<OperandWindow>], actions: [Int64]) {
    let bench = Bench()
    let network = MulticastNetwork(
      in: bench.clock, branches: 3, bytesPerCycle: bytesPerCycle, windowBytes: windowBytes)
    network.setArrays(Self.arrayIndices)
    bench.drive(network.windows, "windows", windows(count), at: times, capacity: 2)
    let branches = (0..<3).map {
      bench.listen(to: network.branches[$0], "branch\($0)", every: $0 == 1 ? slowBranchEvery : 1, capacity: 2)
    }
    try bench.run()
    return (branches, network.actionCounts.map(\.count))
  }

  @Test func `every array gets every window in the same cycle`() throws {
    let (branches, actions) = try multicast(10, bytesPerCycle: 64, windowBytes: 64)
    for branch in branches {
      #expect(branch.times == (0..<10).map { 2 + $0 })
      #expect(branch.messages.map(\.column) == (0..<10).map { Int32($0) })
      for (index, window) in branch.messages.enumerated() {
        #expect((0..<64).allSatisfy { window.words[$0] == Int16(index * 64 + $0) })
      }
    }
    #expect(actions == [640])
  }

  @Test(arguments: [(64, 1), (63, 2), (32, 2), (30, 3), (16, 4), (1, 64)])
  func `a window occupies the network for its bytes`(bytesPerCycle: Int, cycles: Int64) throws {
    let (branches, _) = try multicast(5, bytesPerCycle: bytesPerCycle, windowBytes: 64)
    #expect(branches[0].times == (1...5).map { 1 + cycles * $0 })
    let parts = branches[0].messages.dropFirst().map(\.blame)
    if cycles > 1 { #expect(parts.allSatisfy { $0.part == .noc }) }
  }

  @Test func `one array without room holds back its siblings and is named`() throws {
    let (branches, _) = try multicast(6, bytesPerCycle: 64, windowBytes: 64, slowBranchEvery: 5)
    for branch in branches { #expect(branch.messages.count == 6) }
    #expect(branches[0].times == branches[2].times)
    let times = branches[0].times
    let late = (1..<6).filter { times[$0] > times[$0 - 1] + 1 }
    #expect(!late.isEmpty)
    for index in late { #expect(branches[0].messages[index].blame == Blame(.sibling, component: Self.arrayIndices[1])) }
  }

  @Test func `a window that the network waited for keeps its blame`() throws {
    let (branches, _) = try multicast(3, at: [0, 10, 20], bytesPerCycle: 64, windowBytes: 64)
    #expect(branches[0].messages.map(\.blame.part) == [.dram, .dram, .dram])
  }
}
