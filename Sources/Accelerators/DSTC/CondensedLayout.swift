// SPDX-License-Identifier: Apache-2.0
import Hardware
import Workloads

/// One operand of DSTC as it lies in memory: cut into blocks of tiles and windows of K; in a window k by k, of each k the
/// words of the block's tiles one after the other.
///
/// Compressed, zeros are left out, and the tiles' bitmasks (a bit per row or column, packed without gaps) form a second
/// stream. Operand A [M, K] and operand B, transposed [N, K], lie alike. Words outside Z are not stored, and K is not
/// padded.
struct CondensedLayout {
  private let values: OperandVectors
  /// Rows (of A) or columns (of B).
  let count: Int
  /// K.
  let length: Int
  let wordBytes: Int
  let tileSize: Int
  /// Tiles of a block.
  let tiles: Int
  let isCompressed: Bool
  /// Non-zero words of each tile and k: tile-major.
  let nonZeros: [UInt8]

  init(
    _ values: OperandVectors, wordBytes: Int, tileSize: Int, tiles: Int, format: StorageFormat
  ) {
    let (count, length) = (values.count, values.length)
    self.values = values
    self.count = count
    self.length = length
    self.wordBytes = wordBytes
    self.tileSize = tileSize
    self.tiles = tiles
    let blocks = (count + tileSize * tiles - 1) / (tileSize * tiles)
    var nonZeros = [UInt8](repeating: 0, count: blocks * tiles * length)
    var total = 0
    values.forEachBlock { positions, elements in
      for position in positions {
        let start = position / tileSize * length
        let row = (position - positions.lowerBound) * length
        for k in 0..<length where elements[row + k] != 0 {
          nonZeros[start + k] += 1
          total += 1
        }
      }
    }
    self.nonZeros = nonZeros
    switch format {
    case .uncompressed: isCompressed = false
    case .bitmask: isCompressed = true
    case .auto:
      isCompressed =
        total * wordBytes * 8 + blocks * tiles * tileSize * length < count * length * wordBytes * 8
    }
  }

  var positionsPerBlock: Int { tileSize * tiles }
  var blocks: Int { (count + positionsPerBlock - 1) / positionsPerBlock }

  /// Steps of each k, summed over the tiles that the array with this place in the grid works on.
  ///
  /// - Parameter width: words that a step takes.
  func chunks(ofGridPlace place: Int, width: Int) -> [Int32] {
    var sums = [Int32](repeating: 0, count: length)
    for block in 0..<blocks {
      let start = (block * tiles + place) * length
      for k in 0..<length { sums[k] += (Int32(nonZeros[start + k]) + Int32(width) - 1) / Int32(width) }
    }
    return sums
  }

  /// Cycles for which all vectors of the tiles with this place in a block occupy a bus.
  func busCycles(ofGridPlace place: Int, bytesPerCycle: Int) -> Int {
    var cycles = 0
    for block in 0..<blocks {
      let start = (block * tiles + place) * length
      for k in 0..<length {
        cycles += max(1, (Int(nonZeros[start + k]) * wordBytes + bytesPerCycle - 1) / bytesPerCycle)
      }
    }
    return cycles
  }

  private func extent(ofBlock block: Int) -> Int { min(positionsPerBlock, count - block * positionsPerBlock) }

  /// Words stored of each window, in order of storage.
  func windowWords(kPerWindow: Int) -> [Int32] {
    var words: [Int32] = []
    for block in 0..<blocks {
      for first in stride(from: 0, to: length, by: kPerWindow) {
        let ks = first..<min(first + kPerWindow, length)
        guard isCompressed else {
          words.append(Int32(ks.count * extent(ofBlock: block)))
          continue
        }
        var sum: Int32 = 0
        for tile in block * tiles..<(block + 1) * tiles {
          for k in ks { sum += Int32(nonZeros[tile * length + k]) }
        }
        words.append(sum)
      }
    }
    return words
  }

  /// The directory of windows of `kPerWindow` ks, with the first stream at `address`.
  func directory(
    at address: Int, kPerWindow: Int, values ring: BufferRing, masks maskRing: BufferRing
  ) -> OperandDirectory {
    let words = windowWords(kPerWindow: kPerWindow)
    var valueStarts: [Int32] = [0]
    var maskStarts: [Int32] = [0]
    let windows = (length + kPerWindow - 1) / kPerWindow
    var padding: [Int32] = []
    for (index, count) in words.enumerated() {
      let bytes = Int(count) * wordBytes
      padding.append(Int32((lineCount(bytes: bytes) * Line.byteCount - bytes) / wordBytes))
      let ks = min(kPerWindow, length - index % windows * kPerWindow)
      valueStarts.append(valueStarts[index] + Int32(lineCount(bytes: bytes)))
      maskStarts.append(maskStarts[index] + Int32((ks * positionsPerBlock + 511) / 512))
    }
    var streams: [OperandDirectory.Stream] = []
    var next = address
    if isCompressed {
      streams.append(
        OperandDirectory.Stream(ring: maskRing, address: next, lineStarts: maskStarts, fieldBits: tileSize))
      next += Int(maskStarts.last ?? 0) * Line.byteCount
    }
    streams.append(OperandDirectory.Stream(ring: ring, address: next, lineStarts: valueStarts, fieldBits: 0))
    return OperandDirectory(streams: streams, paddingWords: padding)
  }

  /// Writes every stream to where `directory` says.
  func write(to image: MemoryImage, _ directory: OperandDirectory, kPerWindow: Int) {
    let windows = (length + kPerWindow - 1) / kPerWindow
    var values: [Int16] = []
    for stream in directory.streams {
      let bytes = Int(stream.lineStarts.last ?? 0) * Line.byteCount
      image.withBytes(stream.address..<stream.address + bytes) { memory in
        for window in 0..<blocks * windows {
          let start = Int(stream.lineStarts[window]) * Line.byteCount
          let first = window % windows * kPerWindow
          let ks = first..<min(first + kPerWindow, length)
          let block = window / windows
          let firstPosition = block * positionsPerBlock
          self.values.read(firstPosition..<firstPosition + extent(ofBlock: block), along: ks, into: &values)
          if stream.ring.isData {
            writeWords(values, count: ks.count, to: memory, at: start)
          } else {
            writeMasks(values, count: ks.count, to: memory, at: start)
          }
        }
      }
    }
  }

  /// - Parameters:
  ///   - values: a window of a block, [positions, ks].
  ///   - count: its ks.
  private func writeWords(_ values: [Int16], count: Int, to memory: UnsafeMutableRawBufferPointer, at start: Int) {
    var offset = start
    for k in 0..<count {
      for position in stride(from: k, to: values.count, by: count) {
        let value = values[position]
        if isCompressed && value == 0 { continue }
        if wordBytes == 1 {
          memory[offset] = UInt8(truncatingIfNeeded: value)
        } else {
          memory.storeBytes(of: value.littleEndian, toByteOffset: offset, as: Int16.self)
        }
        offset += wordBytes
      }
    }
  }

  private func writeMasks(_ values: [Int16], count: Int, to memory: UnsafeMutableRawBufferPointer, at start: Int) {
    for k in 0..<count {
      for place in 0..<values.count / count where values[place * count + k] != 0 {
        let bit = k * positionsPerBlock + place
        memory[start + bit / 8] |= UInt8(1) << UInt8(bit % 8)
      }
    }
  }
}
