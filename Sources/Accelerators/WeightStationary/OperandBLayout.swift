// SPDX-License-Identifier: Apache-2.0
import Hardware
import Sparsity
import Workloads

/// Operand B as it lies in memory: cut into blocks of columns and windows of K, each window column by column.
///
/// Compressed, a window's zeros are left out, and its bitmasks (a bit per word, packed without gaps) form a second
/// stream: the popcount of a column's mask tells the VFMU where the column's words end.
///
/// Where the design skips blocks of it, a window holds the blocks that are kept, in fixed number, and the second stream
/// holds their offsets; a rank with G = H stores none.
struct OperandBLayout {
  /// [N, K]; without the blocks that are left out.
  private let values: OperandVectors
  private let columnCount: Int
  private let length: Int
  private let wordBytes: Int
  let windowWords: Int
  let windows: Int
  let isCompressed: Bool
  /// Offsets of the blocks that are kept, by column and window, and bits of each; empty where all are.
  private let blockOffsets: [UInt8]
  private let blockOffsetBits: Int
  /// Non-zero words before each column, by window: `windows` rows of `columnCount + 1`; empty where not compressed.
  private let nonZerosBefore: [Int32]

  init(_ values: OperandVectors, wordBytes: Int, windowWords: Int, windows: Int, format: StorageFormat) {
    self.values = values
    columnCount = values.count
    length = values.length
    self.wordBytes = wordBytes
    self.windowWords = windowWords
    self.windows = windows
    blockOffsets = []
    blockOffsetBits = 0
    guard format != .uncompressed else {
      isCompressed = false
      nonZerosBefore = []
      return
    }
    let before = Self.countNonZeros(values, windowWords: windowWords, windows: windows)
    let count = values.count
    let nonZeros = (1...windows).reduce(0) { $0 + Int(before[$1 * (count + 1) - 1]) }
    let paddedWords = count * windows * windowWords
    let isCompressed = format == .bitmask || nonZeros * wordBytes * 8 + paddedWords < paddedWords * wordBytes * 8
    self.isCompressed = isCompressed
    nonZerosBefore = isCompressed ? before : []
  }

  /// Operand B by blocks: `groups` groups of those that are kept make a window.
  init(blocks compressed: CompressedFiber, groups: Int, wordBytes: Int) {
    columnCount = compressed.rows
    windows = compressed.groupsPerRow / groups
    windowWords = groups * compressed.layout.valueSlotsPerGroup
    length = windows * windowWords
    values = OperandVectors(compressed.values, count: columnCount, length: length)
    self.wordBytes = wordBytes
    isCompressed = false
    nonZerosBefore = []
    blockOffsetBits = compressed.layout.blockOffsetBits
    blockOffsets = blockOffsetBits > 0 ? compressed.blockOffsets : []
  }

  /// Whether windows come with offsets of their blocks.
  var hasBlockOffsets: Bool { blockOffsetBits > 0 }

  /// Offsets of a column's blocks in a window.
  private var blocksPerWindow: Int { blockOffsets.count / max(1, columnCount * windows) }

  /// Bits of a column's metadata in a window.
  private var fieldBits: Int { isCompressed ? windowWords : blocksPerWindow * blockOffsetBits }

  private static func countNonZeros(_ values: OperandVectors, windowWords: Int, windows: Int) -> [Int32] {
    let (columnCount, length) = (values.count, values.length)
    var before = [Int32](repeating: 0, count: windows * (columnCount + 1))
    values.forEachBlock { columns, elements in
      for column in columns {
        let start = (column - columns.lowerBound) * length
        for window in 0..<windows {
          let row = window * (columnCount + 1)
          let first = window * windowWords
          let last = min(first + windowWords, length)
          var count: Int32 = 0
          for position in first..<max(first, last) where elements[start + position] != 0 { count += 1 }
          before[row + column + 1] = before[row + column] + count
        }
      }
    }
    return before
  }

  /// Words stored for `columns` of `window`.
  private func storedWords(window: Int, columns: Range<Int>) -> Int {
    guard isCompressed else { return columns.count * windowWords }
    let row = window * (columnCount + 1)
    return Int(nonZerosBefore[row + columns.upperBound] - nonZerosBefore[row + columns.lowerBound])
  }

  /// The directory for blocks that begin at `columnStarts`, with the first stream at `address`.
  func directory(columnStarts: [Int32], at address: Int, _ k: KSplit) -> OperandDirectory {
    let order = k.storageOrder(blocks: columnStarts.count - 1)
    var valueStarts: [Int32] = [0]
    var maskStarts: [Int32] = [0]
    var padding: [Int32] = []
    valueStarts.reserveCapacity(order.count + 1)
    padding.reserveCapacity(order.count)
    if fieldBits > 0 { maskStarts.reserveCapacity(order.count + 1) }
    // Bytes from the first line of the block's part of K to the end of the window.
    var blockStart: Int32 = 0
    var end = 0
    let partStarts = partStarts(k)
    for place in order {
      let columns = Int(columnStarts[place.block])..<Int(columnStarts[place.block + 1])
      if partStarts[place.window] {
        blockStart = valueStarts.last ?? 0
        end = 0
      }
      end += storedWords(window: place.window, columns: columns) * wordBytes
      let lines = lineCount(bytes: end)
      let endsBlock = partStarts[place.window + 1]
      padding.append(endsBlock ? Int32((lines * Line.byteCount - end) / wordBytes) : 0)
      valueStarts.append(blockStart + Int32(lines))
      if fieldBits > 0 {
        maskStarts.append((maskStarts.last ?? 0) + Int32((columns.count * fieldBits + 511) / 512))
      }
    }
    var streams: [OperandDirectory.Stream] = []
    var next = address
    if fieldBits > 0 {
      streams.append(
        OperandDirectory.Stream(ring: .maskB, address: next, lineStarts: maskStarts, fieldBits: fieldBits))
      next += Int(maskStarts.last ?? 0) * Line.byteCount
    }
    streams.append(OperandDirectory.Stream(ring: .operandB, address: next, lineStarts: valueStarts, fieldBits: 0))
    return OperandDirectory(streams: streams, paddingWords: padding)
  }

  /// Whether a part of K begins with a window, by window, and with the one behind the last: its values begin on a new
  /// line, those of the windows behind it do not.
  private func partStarts(_ k: KSplit) -> [Bool] {
    var starts = Array(repeating: false, count: k.windows + 1)
    for part in 0...k.parts { starts[k.firstWindow(ofPart: part)] = true }
    return starts
  }

  /// Writes every stream to where `directory` says.
  func write(to image: MemoryImage, _ directory: OperandDirectory, columnStarts: [Int32], _ k: KSplit) {
    let order = k.storageOrder(blocks: columnStarts.count - 1)
    let partStarts = partStarts(k)
    var tile: [Int16] = []
    for stream in directory.streams {
      let bytes = Int(stream.lineStarts.last ?? 0) * Line.byteCount
      image.withBytes(stream.address..<stream.address + bytes) { memory in
        var end = 0
        for (stored, place) in order.enumerated() {
          let columns = Int(columnStarts[place.block])..<Int(columnStarts[place.block + 1])
          let start = Int(stream.lineStarts[stored]) * Line.byteCount
          let first = min(place.window * windowWords, length)
          let ks = first..<min(first + windowWords, length)
          values.read(columns, along: ks, into: &tile)
          if stream.ring == .maskB {
            if isCompressed {
              writeMasks(tile, of: columns.count, to: memory, at: start)
            } else {
              writeOffsets(window: place.window, columns: columns, to: memory, at: start)
            }
          } else {
            if partStarts[place.window] { end = start }
            end = writeWords(tile, of: columns.count, to: memory, at: end)
          }
        }
      }
    }
  }

  /// - Parameters:
  ///   - tile: a window of some columns, column by column.
  ///   - columns: their number.
  /// - Returns: the byte behind the window.
  private func writeWords(
    _ tile: [Int16], of columns: Int, to memory: UnsafeMutableRawBufferPointer, at start: Int
  ) -> Int {
    let words = tile.count / columns
    var offset = start
    for column in 0..<columns {
      for place in column * words..<(column + 1) * words {
        let value = tile[place]
        if isCompressed && value == 0 { continue }
        if wordBytes == 1 {
          memory[offset] = UInt8(truncatingIfNeeded: value)
        } else {
          memory.storeBytes(of: value.littleEndian, toByteOffset: offset, as: Int16.self)
        }
        offset += wordBytes
      }
      // Words that round K up to a window are stored as zeros; compressed, they are left out like others.
      if !isCompressed { offset += (windowWords - words) * wordBytes }
    }
    return offset
  }

  private func writeOffsets(
    window: Int, columns: Range<Int>, to memory: UnsafeMutableRawBufferPointer, at start: Int
  ) {
    for (index, column) in columns.enumerated() {
      for block in 0..<blocksPerWindow {
        let offset = blockOffsets[(column * windows + window) * blocksPerWindow + block]
        for bit in 0..<blockOffsetBits where offset >> UInt8(bit) & 1 == 1 {
          let place = index * fieldBits + block * blockOffsetBits + bit
          memory[start + place / 8] |= UInt8(1) << UInt8(place % 8)
        }
      }
    }
  }

  private func writeMasks(_ tile: [Int16], of columns: Int, to memory: UnsafeMutableRawBufferPointer, at start: Int) {
    let words = tile.count / columns
    for column in 0..<columns {
      for place in 0..<words where tile[column * words + place] != 0 {
        let bit = column * windowWords + place
        memory[start + bit / 8] |= UInt8(1) << UInt8(bit % 8)
      }
    }
  }
}
