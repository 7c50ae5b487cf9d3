// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Testing

@testable import Hardware

/// Wires that operand A and operand B share.
struct SharedNetworkTests {
  private static let vfmu = 40
  private static let buffer = 41

  private static func window(_ column: Int) -> OperandWindow {
    OperandWindow(
      words: InlineArray(repeating: 0), column: Int32(column), rowBlock: 0, flags: [],
      blame: Blame(.vfmu, component: vfmu))
  }

  private static func row(_ number: Int) -> StationaryRow {
    StationaryRow(
      values: SIMD32(repeating: Int16(number)), offsets: RankOffsets(), row: Int8(number), isLast: false,
      shapePadding: 0, patternPadding: 0, blame: Blame(.glb, component: buffer))
  }

  private struct NetworkBench {
    let bench = Bench()
    let network: SharedNetwork
    let windows: [Sink<OperandWindow>]
    let rows: [Sink<StationaryRow>]

    /// - Parameters:
    ///   - windows: cycles in which a window of operand B is sent.
    ///   - rows: the same of rows of operand A, by array.
    ///   - stalled: an array that takes windows only from this cycle on.
    init(
      _ topology: SharedNetwork.Topology, _ arbitration: SharedNetwork.Arbitration = .roundRobin, width: Int = 64,
      rowBytes: Int = 64,
      windows windowTimes: [Cycle], rows rowTimes: [[Cycle]], stalled: (array: Int, until: Cycle)? = nil
    ) {
      network = SharedNetwork(
        in: bench.clock,
        SharedNetwork.Specification(
          topology: topology, arbitration: arbitration, arrays: rowTimes.count, bytesPerCycle: width, windowBytes: 64,
          rowBytes: rowBytes))
      network.setArrays(Array(0..<rowTimes.count))
      bench.drive(
        network.windows, "windows", windowTimes.indices.map(SharedNetworkTests.window), at: windowTimes, capacity: 64,
        perCycle: 64)
      var windows: [Sink<OperandWindow>] = []
      var rows: [Sink<StationaryRow>] = []
      for (array, times) in rowTimes.enumerated() {
        bench.drive(
          network.rows[array], "rows\(array)", times.indices.map(SharedNetworkTests.row), at: times, capacity: 64,
          perCycle: 64)
        let start = stalled.map { $0.array == array ? $0.until : 0 } ?? 0
        windows.append(
          bench.listen(
            to: network.windowBranches[array], "windowSink\(array)", from: start, capacity: start > 0 ? 1 : 64))
        rows.append(bench.listen(to: network.rowBranches[array], "rowSink\(array)"))
      }
      self.windows = windows
      self.rows = rows
    }
  }

  @Test(arguments: SharedNetwork.Topology.allCases)
  func `alone, a message crosses in the cycles that its bytes take, and keeps its blame`(
    topology: SharedNetwork.Topology
  ) throws {
    for (width, cycles) in [(64, 1), (32, 2), (10, 7)] as [(Int, Int64)] {
      let bench = NetworkBench(topology, width: width, windows: [4], rows: [[], []])
      try bench.bench.run()
      // Sent in 4, it arrives in 5, crosses, and is there a cycle later.
      for sink in bench.windows {
        #expect(sink.times == [5 + cycles])
        #expect(sink.messages.map(\.blame) == [Blame(.vfmu, component: Self.vfmu)])
      }
    }
  }

  @Test func `on a bus everything takes its turn`() throws {
    let bench = NetworkBench(.bus, windows: [0, 0, 0], rows: [[0, 0], [0]])
    try bench.bench.run()
    // Windows and rows alternate: window 2, row 3, window 4, row 5, window 6, row 7.
    #expect(bench.windows[0].times == [2, 4, 6] && bench.windows[1].times == [2, 4, 6])
    #expect((bench.rows[0].times + bench.rows[1].times).sorted() == [3, 5, 7])
    // What waited for the bus blames the bus.
    let own = Blame(.noc, component: bench.network.index)
    #expect(bench.windows[0].messages.map(\.blame) == [Blame(.vfmu, component: Self.vfmu), own, own])
    #expect(bench.rows[0].messages.allSatisfy { $0.blame == own })
  }

  @Test func `a wide bus passes several messages in a cycle, a row of a quarter of its width beside a window`() throws {
    let bench = NetworkBench(.bus, rowBytes: 16, windows: [0, 0, 0], rows: [[0, 0], [0]])
    try bench.bench.run()
    // Bytes 0-63 of cycle 1 are the first window's; 0-15 of cycle 2 a row's, 16-63 and 0-15 of cycle 3 the second's.
    #expect(bench.windows[0].times == [2, 4, 5])
    #expect((bench.rows[0].times + bench.rows[1].times).sorted() == [3, 4, 5])
  }

  @Test(
    arguments: [
      (SharedNetwork.Arbitration.operandBFirst, [2, 3, 4], [5, 6]), (.operandAFirst, [4, 5, 6], [2, 3]),
    ] as [(SharedNetwork.Arbitration, [Int64], [Int64])])
  func `a priority order is kept`(
    _ arbitration: SharedNetwork.Arbitration, _ windows: [Int64], _ rows: [Int64]
  ) throws {
    let bench = NetworkBench(.bus, arbitration, windows: [0, 0, 0], rows: [[0, 0]])
    try bench.bench.run()
    #expect(bench.windows[0].times == windows)
    #expect(bench.rows[0].times == rows)
  }

  @Test func `on a crossbar a row holds up its own array only`() throws {
    let bench = NetworkBench(.crossbar, .operandAFirst, windows: [0], rows: [[0, 0], []])
    try bench.bench.run()
    #expect(bench.rows[0].times == [2, 3])
    #expect(bench.windows.map(\.times) == [[4], [2]])
    #expect(bench.network.actionCounts.map(\.count) == [2, 2])
  }

  @Test func `a crossbar copies a window to each array when that one has room`() throws {
    let bench = NetworkBench(.crossbar, windows: [0, 0, 0], rows: [[], []], stalled: (array: 1, until: 30))
    try bench.bench.run()
    // Array 1 has room for one; the second window is the front one until both have it.
    #expect(bench.windows[0].times == [2, 3, 33] || bench.windows[0].times.prefix(2) == [2, 3])
    #expect(bench.windows[1].messages.map(\.column) == [0, 1, 2])
    #expect(bench.windows[0].messages.map(\.column) == [0, 1, 2])
    // The array that held it up is a sibling of the one that waited.
    #expect(bench.windows[1].messages[1].blame == Blame(.sibling, component: 1))
  }

  @Test func `who waits for room holds no wire`() throws {
    // Array 0 takes no window before 50: rows go on.
    let bench = NetworkBench(.bus, windows: [0, 0, 0], rows: [Array(0..<20), []], stalled: (array: 0, until: 50))
    try bench.bench.run()
    #expect(bench.rows[0].times.count == 20)
    #expect((bench.rows[0].times.last ?? 99) < 30)
    #expect(bench.windows[1].messages.count == 3)
  }

  @Test(arguments: SharedNetwork.Topology.allCases)
  func `a notice without data needs no wire`(topology: SharedNetwork.Topology) throws {
    let bench = Bench()
    let network = SharedNetwork(
      in: bench.clock,
      SharedNetwork.Specification(
        topology: topology, arbitration: .roundRobin, arrays: 1, bytesPerCycle: 1, windowBytes: 64, rowBytes: 16))
    network.setArrays([0])
    var empty = Self.row(0)
    empty.row = -1
    bench.drive(network.windows, "windows", [Self.window(0)])
    bench.drive(network.rows[0], "rows", [empty], at: [10])
    let windows = bench.listen(to: network.windowBranches[0], "windowSink")
    let rows = bench.listen(to: network.rowBranches[0], "rowSink")
    try bench.run()
    #expect(rows.times == [12])
    #expect(windows.times == [65])
  }
}
