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
  /// Words of the windows that the arrays take, and of those that are in flight in the end.
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
    // No more windows are in flight than are shifted out, nor more of these than there are columns.
    words = .allocate(capacity: vfmu.capacityWords + 2 * array.columns * windowWords)
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
      vfmu.windows.isStreaming(at: cycle), isInWindow(vfmu.windows, toNetwork),
      isInWindow(network.branches[0], toArrays)
    else { return 0 }
    for number in 0..<arrays.count {
      count = arrays[number]._withUnsafeGuaranteedRef { $0.leapableWindows(count, from: cycle) }
      guard count >= fewest else { return 0 }
    }
    stream(count, from: cycle, toNetwork: toNetwork, toArrays: toArrays, takesRows: takesRows)
    return Cycle(count)
  }

  /// Whether what is in flight on a link is neither the first nor the last of a K window, nor of a block's first K window.
  private func isInWindow(_ link: Output<OperandWindow>, _ latency: Int) -> Bool {
    for index in 0..<latency
    where !link.inFlight(index).pointee.flags.isDisjoint(with: [.firstColumn, .lastColumn, .firstWindow]) {
      return false
    }
    return true
  }

  private func stream(_ count: Int, from cycle: Cycle, toNetwork: Int, toArrays: Int, takesRows: Bool) {
    // The arrays take what is in flight, then what the VFMU shifts out; its last windows are in flight in the end.
    let inFlight = toArrays + toNetwork
    for index in 0..<toArrays { keepWords(of: network.branches[0].inFlight(index), at: index) }
    for index in 0..<toNetwork { keepWords(of: vfmu.windows.inFlight(index), at: toArrays + index) }
    var header = vfmu.leapWindow(count - inFlight)
    let shifted = words + inFlight * windowWords
    if takesRows { leapWithRows(count, to: shifted, from: cycle) } else { vfmu.leap(count, words: shifted) }
    arrays[0]._withUnsafeGuaranteedRef { first in
      first.takeInLeap(count, words: words, from: cycle)
      for number in 1..<arrays.count {
        arrays[number]._withUnsafeGuaranteedRef { $0.takeInLeap(count, as: first, from: cycle) }
      }
    }
    vfmu.windows.stream(count, bytes: network.windowBytes, from: cycle)
    network.leap(count, from: cycle)
    for index in 0..<inFlight {
      let source = words + (count + index) * windowWords
      if index >= toArrays {
        write(header, source, over: vfmu.windows.inFlight(index - toArrays))
      } else {
        for branch in 0..<network.branches.count {
          write(header, source, over: network.branches[branch].inFlight(index))
        }
      }
      header.column += 1
    }
  }

  /// Puts a window's words in their place among those that the arrays take.
  private func keepWords(of window: UnsafePointer<OperandWindow>, at index: Int) {
    // The words lie at the beginning of a window.
    UnsafeMutableRawPointer(words + index * windowWords).copyMemory(from: window, byteCount: 2 * windowWords)
  }

  /// Writes a window of the stream over another of its size: the words past it are zero already.
  private func write(
    _ header: OperandWindow, _ source: UnsafePointer<Int16>, over window: UnsafeMutablePointer<OperandWindow>
  ) {
    UnsafeMutableRawPointer(window).copyMemory(from: source, byteCount: 2 * windowWords)
    window.pointee.column = header.column
    window.pointee.rowBlock = header.rowBlock
    window.pointee.flags = header.flags
    window.pointee.blame = header.blame
    window.pointee.blockOffsets = header.blockOffsets
  }

  /// The VFMU's part where it takes in a row a cycle, and the buffer's, which reads them.
  private func leapWithRows(_ count: Int, to words: UnsafeMutablePointer<Int16>, from cycle: Cycle) {
    let rows = buffer.operandB.rows
    let inFlight = Int(rows.latency)
    vfmu.leap(count, words: words) { $0 < inFlight ? rows.inFlight($0).pointee : buffer.leapRow($0 - inFlight) }
    buffer.leap(count, from: cycle)
    for row in 0..<inFlight { rows.inFlight(row).pointee = buffer.leapRow(row - inFlight) }
  }
}
