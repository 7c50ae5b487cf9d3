// SPDX-License-Identifier: Apache-2.0
import Hardware
import SimulationKernel

/// How operands reach the arrays.
public struct NetworkSpecification: Equatable, Sendable {
  /// The wires of both operands, or of operand B alone.
  public enum Kind: Equatable, Sendable {
    /// A pipelined tree for operand B, and a bus of its own for operand A.
    case multicastTree(operandABytesPerCycle: Int)
    /// Wires that both operands compete for.
    case shared(SharedNetwork.Topology, SharedNetwork.Arbitration)
  }

  public let kind: Kind
  public let bytesPerCycle: Int
  /// Hops from the buffer's side to the arrays, and cycles of each.
  public let hops: Int
  public let hopCycles: Int
  private let arrays: Int

  /// Reads the resolved parameters of a design; they were checked when they were resolved.
  init(_ values: ParameterValues, arrays: Int) {
    self.arrays = arrays
    bytesPerCycle = values.integer("noc.bytes_per_cycle")
    hopCycles = values.integer("noc.latency_cycles")
    guard let topology = SharedNetwork.Topology(rawValue: values.text("noc.kind")) else {
      kind = .multicastTree(operandABytesPerCycle: values.integer("noc.operand_a_bytes_per_cycle"))
      hops = Self.levels(leaves: arrays, fanOut: values.integer("noc.fan_out"))
      return
    }
    kind = .shared(
      topology, SharedNetwork.Arbitration(rawValue: values.text("noc.arbitration")) ?? .roundRobin)
    hops = 1
  }

  /// Cycles from a network's inputs to the arrays.
  var latency: Cycle { Cycle(hops * hopCycles) }

  /// Levels of a tree; one at least.
  private static func levels(leaves: Int, fanOut: Int) -> Int {
    var levels = 1
    var reached = fanOut
    while reached < leaves {
      reached *= fanOut
      levels += 1
    }
    return levels
  }

  /// Bytes per cycle that the network gives operand A where nobody competes.
  var operandABytesPerCycle: Int {
    guard case .multicastTree(let width) = kind else { return bytesPerCycle }
    return width
  }

  /// Cycles that no run with this traffic can beat.
  ///
  /// - Parameters:
  ///   - windows: windows of operand B, of `windowBytes` each; every array takes every one.
  ///   - rows: rows of operand A, of `rowBytes` each, dealt to the arrays in turn.
  func leastCycles(windows: Int, windowBytes: Int, rows: Int, rowBytes: Int) -> Int {
    func cycles(_ bytes: Int, _ width: Int) -> Int { (bytes + width - 1) / width }
    switch kind {
    case .multicastTree(let width):
      return max(windows * cycles(windowBytes, bytesPerCycle), cycles(rows * rowBytes, width))
    case .shared(.bus, _): return cycles(windows * windowBytes + rows * rowBytes, bytesPerCycle)
    case .shared(.crossbar, _): return cycles(windows * windowBytes + rows / arrays * rowBytes, bytesPerCycle)
    }
  }
}
