// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

/// The steady stream of operand B, from the VFMU over the multicast network into all arrays, in one go for as many cycles
/// as the VFMU has windows.
///
/// In the middle of a K window, with a window in every stage of the pipeline, the next cycles bring nothing new: each
/// stage hands a window on. The buffer, memory and operand A go on cycle by cycle beside it.
public final class StreamLeap: Leap {
  private let vfmu: VFMU
  private let network: MulticastNetwork
  private let arrays: [PEArray]
  /// Cycles from the VFMU to the network, and from there to the arrays.
  private var latencies: (network: Int, arrays: Int) { (Int(vfmu.windows.latency), Int(network.branches[0].latency)) }
  private let windowWords: Int
  /// Words of the windows that are shifted out.
  private let words: UnsafeMutablePointer<Int16>

  /// - Returns: nil where a machine's stream is never so steady.
  public init?(vfmu: VFMU, network: MulticastNetwork, arrays: [PEArray]) {
    guard let array = arrays.first?.specification, !array.selection.selectsHeldBlocks, array.windowWords % 2 == 0 else {
      return nil
    }
    self.vfmu = vfmu
    self.network = network
    self.arrays = arrays
    windowWords = array.windowWords
    words = .allocate(capacity: vfmu.capacityWords)
    super.init([vfmu, network] + arrays)
  }

  deinit { words.deallocate() }

  public override func advance(from cycle: Cycle, through last: Cycle) -> Cycle {
    let inFlight = latencies.network + latencies.arrays
    // All that is in flight afterwards was shifted out in this leap.
    let fewest = max(2, inFlight)
    var count = vfmu.leapableWindows
    guard count >= fewest, vfmu.windowWords == windowWords else { return 0 }
    count = min(count, Int(last - cycle) + 1)
    guard count >= fewest, isStreaming(at: cycle) else { return 0 }
    for array in arrays {
      count = array.leapableWindows(count, from: cycle)
      guard count >= fewest else { return 0 }
    }
    stream(count, from: cycle)
    return Cycle(count)
  }

  /// Whether every stage holds windows of the middle of one K window, one a cycle.
  private func isStreaming(at cycle: Cycle) -> Bool {
    guard vfmu.windows.isStreaming(at: cycle), network.isStreaming(at: cycle) else { return false }
    let edges: StepFlags = [.firstColumn, .lastColumn, .firstWindow]
    for index in 0..<latencies.network
    where !vfmu.windows.inFlight(index).pointee.flags.isDisjoint(with: edges) { return false }
    for index in 0..<latencies.arrays
    where !network.branches[0].inFlight(index).pointee.flags.isDisjoint(with: edges) { return false }
    return true
  }

  private func stream(_ count: Int, from cycle: Cycle) {
    let (toNetwork, toArrays) = latencies
    let fresh = count - toNetwork - toArrays
    // What the arrays take first is in flight; what is in flight in the end comes last out of the VFMU.
    for (number, array) in arrays.enumerated() {
      for index in 0..<toArrays {
        array.takeInLeap(network.branches[number].inFlight(index), at: cycle + Cycle(index))
      }
      for index in 0..<toNetwork {
        array.takeInLeap(vfmu.windows.inFlight(index), at: cycle + Cycle(toArrays + index))
      }
    }
    let first = vfmu.leapWindow(fresh)
    vfmu.leap(count, words: words)
    for array in arrays {
      array.takeInLeap(fresh, words: words, from: cycle + Cycle(toArrays + toNetwork))
    }
    vfmu.windows.stream(count, bytes: network.windowBytes, from: cycle)
    network.leap(count, from: cycle)
    for index in 0..<toArrays + toNetwork {
      var window = first
      window.column += Int32(index)
      let source = words + (fresh + index) * windowWords
      for word in 0..<windowWords { window.words[word] = source[word] }
      if index >= toArrays {
        vfmu.windows.inFlight(index - toArrays).pointee = window
      } else {
        for branch in 0..<network.branches.count { network.branches[branch].inFlight(index).pointee = window }
      }
    }
  }
}
