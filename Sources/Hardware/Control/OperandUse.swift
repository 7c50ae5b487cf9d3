// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

/// Follows one operand's windows through the buffer in order of use: where in the rings the next one lies.
struct OperandUse {
  private let nest: LoopNest
  private let directory: OperandDirectory
  private let isOuter: Bool
  private let isResident: Bool
  /// Blocks of the operand.
  private let blocks: Int
  private let ringSizes: [Int]
  /// First slot of the current tile, by stream.
  private let tileStarts: StateArray<Int>
  @State private(set) var position: LoopNest.Position

  init(
    _ program: LayerProgram, directory: OperandDirectory, isOuter: Bool, plan: BufferPlan, of owner: String,
    in clock: ClockDomain
  ) {
    nest = program.nest
    self.directory = directory
    self.isOuter = isOuter
    isResident = isOuter ? program.nest.outerIsResident : program.nest.innerIsResident
    blocks = isOuter ? program.nest.outerBlocks : program.nest.innerBlocks
    ringSizes = directory.streams.map { plan.region(of: $0.ring).count }
    tileStarts = StateArray(repeating: 0, count: directory.streams.count, of: owner, in: clock)
    _position = State(LoopNest.Position(), of: owner, in: clock)
  }

  var isDone: Bool { position.isDone }

  /// The current window in order of storage.
  var window: Int {
    let block = isOuter ? position.group * nest.groupSize + position.outer : position.inner
    return nest.k.storedWindow(
      ofPart: position.part, block: block, window: position.window, blocks: blocks)
  }

  /// Whether the current window is used for the last time before it would have to be fetched again.
  private var isLastUse: Bool {
    guard isResident else { return true }
    return isOuter
      ? position.inner == nest.innerBlocks - 1 : position.outer == nest.size(ofGroup: position.group) - 1
  }

  /// First window of the current tile in order of storage.
  private var tileWindow: Int {
    guard isResident else { return window }
    return nest.k.storedWindow(
      ofPart: position.part, block: isOuter ? position.group * nest.groupSize : position.inner, window: 0,
      blocks: blocks)
  }

  /// The command that streams the current window of `stream` out of its ring.
  ///
  /// - Parameter rowCount: rows of the port to read: lines of data, words of metadata.
  func readCommand(stream: Int, rowCount: Int) -> BufferReadCommand {
    let offset = directory.streams[stream].lines(tileWindow..<window)
    return BufferReadCommand(
      firstSlot: Int32((tileStarts[stream] + offset) % max(1, ringSizes[stream])), rowCount: Int32(rowCount),
      isLastUse: isLastUse)
  }

  /// Moves to the next step's window.
  func advance() {
    let window = window
    let isLastWindow = position.window == nest.k.windows(ofPart: position.part) - 1
    let isTileDone: Bool
    if !isResident {
      isTileDone = true
    } else if isOuter {
      isTileDone =
        isLastUse && position.outer == nest.size(ofGroup: position.group) - 1 && isLastWindow
    } else {
      isTileDone = isLastUse && isLastWindow
    }
    if isTileDone {
      for stream in 0..<directory.streams.count {
        let lines = directory.streams[stream].lines(tileWindow..<window + 1)
        tileStarts[stream] = (tileStarts[stream] + lines) % max(1, ringSizes[stream])
      }
    }
    nest.advance(&position)
  }
}
