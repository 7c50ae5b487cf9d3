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
    // All that is in flight afterwards was shifted out in this leap.
    let toNetwork = Int(vfmu.windows.latency)
    let toArrays = Int(network.branches[0].latency)
    let fewest = max(2, toNetwork + toArrays)
    var count = min(vfmu.leapableWindows, Int(last - cycle) + 1)
    guard count >= fewest, vfmu.windowWords == windowWords, network.isStreaming(at: cycle),
      isInWindow(vfmu.windows, toNetwork, at: cycle), isInWindow(network.branches[0], toArrays, at: cycle)
    else { return 0 }
    for array in arrays {
      count = array.leapableWindows(count, from: cycle)
      guard count >= fewest else { return 0 }
    }
    stream(count, from: cycle, toNetwork: toNetwork, toArrays: toArrays)
    return Cycle(count)
  }

  /// Whether a link streams, and what is in flight on it is neither the first nor the last of a K window, nor of a block's
  /// first K window.
  private func isInWindow(_ link: Output<OperandWindow>, _ latency: Int, at cycle: Cycle) -> Bool {
    guard link.isStreaming(at: cycle) else { return false }
    for index in 0..<latency
    where !link.inFlight(index).pointee.flags.isDisjoint(with: [.firstColumn, .lastColumn, .firstWindow]) {
      return false
    }
    return true
  }

  private func stream(_ count: Int, from cycle: Cycle, toNetwork: Int, toArrays: Int) {
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
    let then = cycle + Cycle(toArrays + toNetwork)
    arrays[0].takeInLeap(fresh, words: words, from: then)
    for array in arrays.dropFirst() { array.takeInLeap(fresh, as: arrays[0], from: then) }
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
