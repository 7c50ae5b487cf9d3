// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

// Windows that are in the buffer can be shifted out cycle after cycle whatever arrives meanwhile; rows are taken in when
// they come, as long as what is shifted out by then makes room.
extension VFMU {
  /// How many windows the unit can shift out from the next cycle on, one a cycle, short of a command's last.
  var leapableWindows: Int { min(windowsInReach, Int(state.count) / windowWords) }

  /// The same if the unit takes in a row in every cycle; 0 unless a row is a window.
  var leapableWindowsWithRows: Int {
    windowWords == Int(wordsPerRow) && Int(state.count) >= windowWords ? windowsInReach : 0
  }

  /// How many windows are left of a command, short of its last, in the middle of a stream.
  private var windowsInReach: Int {
    guard !specification.isCompressed, specification.offsets?.isUsed != true, state.waited == .nothing,
      !state.command.flags.contains(.firstWindow), state.done > 0
    else { return 0 }
    return Int(state.command.columnCount - state.done) - 1
  }

  /// Words of a window of the current command.
  var windowWords: Int { Int(max(1, state.command.windowWords)) }

  /// A window of the stream without its words, `index` cycles after the next.
  func leapWindow(_ index: Int) -> OperandWindow {
    OperandWindow(
      words: InlineArray(repeating: 0), column: state.command.firstColumn + state.done + Int32(index),
      rowBlock: state.command.rowBlock, flags: state.command.flags, blame: Blame(.vfmu, component: self.index))
  }

  /// Shifts out `count` windows, whose words it puts into `words` one behind the other.
  func leap(_ count: Int, words: UnsafeMutablePointer<Int16>) {
    let size = count * windowWords
    copyOldest(size, to: words)
    state.head = advanced(state.head, by: Int32(size))
    state.count -= Int32(size)
    noteShifts(count)
  }

  /// Shifts out `count` windows and takes in as many rows, `row` giving each: what the buffer holds stays as much.
  ///
  /// - Precondition: a row is a window.
  func leap(_ count: Int, words: UnsafeMutablePointer<Int16>, row: (Int) -> BufferRow) {
    let (stored, size) = (Int(state.count), Int(wordsPerRow))
    copyOldest(stored, to: words)
    for number in 0..<count {
      let taken = row(number)
      let place = words + stored + number * size
      taken.line.copyWords(0..<size, wordBytes: specification.wordBytes, to: place)
      (buffer.start + Int(advanced(state.head, by: state.count))).update(from: place, count: size)
      state.head = advanced(state.head, by: wordsPerRow)
      state.rowBlame = taken.blame
    }
    state.bufferedRows += Int64(count)
    noteShifts(count)
  }

  /// Copies the oldest `size` words of the buffer.
  private func copyOldest(_ size: Int, to words: UnsafeMutablePointer<Int16>) {
    let head = Int(state.head)
    let first = min(size, buffer.count - head)
    words.update(from: buffer.start + head, count: first)
    (words + first).update(from: buffer.start, count: size - first)
  }

  private func noteShifts(_ count: Int) {
    state.done += Int32(count)
    state.shifts += Int64(count)
    state.shiftedWords += Int64(count * windowWords)
    state.units += Int64(count * ((windowWords + 15) / 16))
    if windowWords % 16 != 0 { state.alignments += Int64(count) }
  }

  /// Takes a row in a cycle whose window was shifted out already, as do those of the cycles after it: their words are in
  /// the buffer still.
  func bufferRowWhileAhead() -> Activity {
    if !rows.isEmpty && excessWords <= 0 { takeRow() }
    // The next row that comes wakes the unit by itself.
    guard !rows.isEmpty else { return .working(until: aheadUntil) }
    let excess = excessWords
    let cycles = excess <= windowWords ? 1 : (excess + windowWords - 1) / windowWords
    return .working(until: min(aheadUntil, now + Cycle(cycles)))
  }

  /// Words that are too many for another row; those that were shifted out ahead count until they would have left.
  private var excessWords: Int {
    let waiting = Int(aheadUntil - 1 - now) * windowWords
    return Int(state.count) + waiting + Int(wordsPerRow) - buffer.count
  }
}
