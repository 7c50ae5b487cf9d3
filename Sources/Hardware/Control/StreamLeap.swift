// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

/// The steady stream of operand B, from the VFMU over the multicast network into all arrays, in one go for as many cycles
/// as the VFMU has windows; or, where a row of the buffer is a window and one leaves in every cycle, from the buffer on for
/// as many cycles as there are rows.
///
/// In the middle of a K window, with a window in every stage of the pipeline, the next cycles bring nothing new: each
/// stage hands a window on. Memory, operand A and what else the buffer does go on cycle by cycle beside it.
public final class StreamLeap: Leap {
  private let buffer: GlobalBuffer
  private let vfmu: VFMU
  private let network: MulticastNetwork
  /// The members keep them alive; here they are called without counting references.
  private let arrays: [Unmanaged<PEArray>]
  private let windowWords: Int
  /// Words of the windows that are shifted out.
  private let words: UnsafeMutablePointer<Int16>

  /// - Returns: nil where a machine's stream is never so steady.
  public init?(buffer: GlobalBuffer, vfmu: VFMU, network: MulticastNetwork, arrays: [PEArray]) {
    guard let array = arrays.first?.specification, !array.selection.selectsHeldBlocks, array.windowWords % 2 == 0 else {
      return nil
    }
    self.buffer = buffer
    self.vfmu = vfmu
    self.network = network
    self.arrays = arrays.map { Unmanaged.passUnretained($0) }
    windowWords = array.windowWords
    words = .allocate(capacity: vfmu.capacityWords + array.columns * windowWords)
    super.init([vfmu, network] + arrays)
  }

  deinit { words.deallocate() }

  public override func advance(from cycle: Cycle, through last: Cycle) -> Cycle {
    let toNetwork = Int(vfmu.windows.latency)
    let toArrays = Int(network.branches[0].latency)
    let toVFMU = Int(buffer.operandB.rows.latency)
    // All that is in flight afterwards was sent in this leap.
    var fewest = max(2, toNetwork + toArrays)
    let longest = min(Int(last - cycle), Int(Int32.max)) + 1
    var takesRows = false
    var count = min(vfmu.leapableWindowsWithRows, longest)
    if count >= max(fewest, toVFMU), buffer.operandB.rows.isStreaming(at: cycle) {
      count = buffer.leapableRows(count)
      takesRows = count >= max(fewest, toVFMU)
    }
    if takesRows { fewest = max(fewest, toVFMU) } else { count = min(vfmu.leapableWindows, longest) }
    guard count >= fewest, vfmu.windowWords == windowWords, network.isStreaming(at: cycle),
      isInWindow(vfmu.windows, toNetwork, at: cycle), isInWindow(network.branches[0], toArrays, at: cycle)
    else { return 0 }
    for number in 0..<arrays.count {
      count = arrays[number]._withUnsafeGuaranteedRef { $0.leapableWindows(count, from: cycle) }
      guard count >= fewest else { return 0 }
    }
    stream(count, from: cycle, toNetwork: toNetwork, toArrays: toArrays, takesRows: takesRows)
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

  private func stream(_ count: Int, from cycle: Cycle, toNetwork: Int, toArrays: Int, takesRows: Bool) {
    let fresh = count - toNetwork - toArrays
    // What the arrays take first is in flight; what is in flight in the end comes last out of the VFMU.
    for number in 0..<arrays.count {
      arrays[number]._withUnsafeGuaranteedRef { array in
        for index in 0..<toArrays {
          array.takeInLeap(network.branches[number].inFlight(index), at: cycle + Cycle(index))
        }
        for index in 0..<toNetwork {
          array.takeInLeap(vfmu.windows.inFlight(index), at: cycle + Cycle(toArrays + index))
        }
      }
    }
    let first = vfmu.leapWindow(fresh)
    if takesRows { leapWithRows(count, from: cycle) } else { vfmu.leap(count, words: words) }
    let then = cycle + Cycle(toArrays + toNetwork)
    arrays[0]._withUnsafeGuaranteedRef { first in
      first.takeInLeap(fresh, words: words, from: then)
      for number in 1..<arrays.count {
        arrays[number]._withUnsafeGuaranteedRef { $0.takeInLeap(fresh, as: first, from: then) }
      }
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

  /// The VFMU's part where it takes in a row a cycle, and the buffer's, which reads them.
  private func leapWithRows(_ count: Int, from cycle: Cycle) {
    let rows = buffer.operandB.rows
    let inFlight = Int(rows.latency)
    vfmu.leap(count, words: words) { $0 < inFlight ? rows.inFlight($0).pointee : buffer.leapRow($0 - inFlight) }
    buffer.leap(count, from: cycle)
    for row in 0..<inFlight { rows.inFlight(row).pointee = buffer.leapRow(row - inFlight) }
  }
}
