// SPDX-License-Identifier: Apache-2.0
import Hardware
import Workloads

/// One operand of S2TA as it lies in memory: cut into tiles and windows of K; in a window block by block of 8 positions of K,
/// of each block the values of the tile's rows (or columns) one after the other, as many for each as the bound says.
///
/// Where the bound is less than 8, values come in order of their positions, then zeros, and a bitmask of 8 bits for each row
/// or column forms a second stream. Operand A [M, K] and operand B, transposed [N, K], lie alike.
struct BlockLayout {
  private let values: OperandVectors
  /// Rows (of A) or columns (of B).
  let count: Int
  /// K.
  private let length: Int
  let wordBytes: Int
  let tileSize: Int
  /// Values stored of each block.
  let bound: Int

  init(_ values: OperandVectors, wordBytes: Int, tileSize: Int, bound: Int) {
    self.values = values
    count = values.count
    length = values.length
    self.wordBytes = wordBytes
    self.tileSize = tileSize
    self.bound = bound
  }

  private static let size = DensityBoundBlock.size

  /// The largest number of non-zeros in a block of an operand; 1 at least.
  static func largestCount(_ values: OperandVectors) -> Int {
    let length = values.length
    var largest = 1
    values.forEachBlock { rows, elements in
      for row in 0..<rows.count {
        for first in stride(from: 0, to: length, by: size) {
          var nonZeros = 0
          for k in first..<min(first + size, length) where elements[row * length + k] != 0 { nonZeros += 1 }
          largest = max(largest, nonZeros)
        }
      }
    }
    return largest
  }

  /// Tiles of the operand, and blocks of K.
  var tiles: Int { (count + tileSize - 1) / tileSize }
  var blocks: Int { (length + Self.size - 1) / Self.size }
  var hasMasks: Bool { bound < Self.size }

  func extent(ofTile tile: Int) -> Int { min(tileSize, count - tile * tileSize) }

  /// Cycles that feeding every tile once takes at least, but for the last block's.
  func feedCycles(bytesPerCycle: Int) -> Int {
    (0..<tiles).reduce(0) { sum, tile in
      sum + blocks * ((extent(ofTile: tile) * bound * wordBytes + bytesPerCycle - 1) / bytesPerCycle)
    }
  }

  /// The directory of windows of `perWindow` blocks, with the first stream at `address`.
  func directory(
    at address: Int, perWindow: Int, values ring: BufferRing, masks maskRing: BufferRing
  ) -> OperandDirectory {
    var valueStarts: [Int32] = [0]
    var maskStarts: [Int32] = [0]
    var padding: [Int32] = []
    for tile in 0..<tiles {
      for first in stride(from: 0, to: blocks, by: perWindow) {
        let inWindow = min(perWindow, blocks - first)
        let bytes = inWindow * extent(ofTile: tile) * bound * wordBytes
        let lines = lineCount(bytes: bytes)
        padding.append(Int32((lines * Line.byteCount - bytes) / wordBytes))
        valueStarts.append((valueStarts.last ?? 0) + Int32(lines))
        maskStarts.append((maskStarts.last ?? 0) + Int32(lineCount(bytes: inWindow * tileSize)))
      }
    }
    var streams: [OperandDirectory.Stream] = []
    var next = address
    if hasMasks {
      streams.append(OperandDirectory.Stream(ring: maskRing, address: next, lineStarts: maskStarts, fieldBits: 64))
      next += Int(maskStarts.last ?? 0) * Line.byteCount
    }
    streams.append(OperandDirectory.Stream(ring: ring, address: next, lineStarts: valueStarts, fieldBits: 0))
    return OperandDirectory(streams: streams, paddingWords: padding)
  }

  /// Writes every stream to where `directory` says.
  func write(to image: MemoryImage, _ directory: OperandDirectory, perWindow: Int) {
    let windows = (blocks + perWindow - 1) / perWindow
    var window: [Int16] = []
    for stream in directory.streams {
      let bytes = Int(stream.lineStarts.last ?? 0) * Line.byteCount
      image.withBytes(stream.address..<stream.address + bytes) { memory in
        for index in 0..<tiles * windows {
          let tile = index / windows
          let first = index % windows * perWindow
          let ks = first * Self.size..<min((first + perWindow) * Self.size, length)
          values.read(tile * tileSize..<tile * tileSize + extent(ofTile: tile), along: ks, into: &window)
          var offset = Int(stream.lineStarts[index]) * Line.byteCount
          for start in stride(from: 0, to: ks.count, by: Self.size) {
            for place in 0..<extent(ofTile: tile) {
              let row = place * ks.count
              let block = window[row + start..<row + min(start + Self.size, ks.count)]
              if stream.ring.isData {
                write(block, to: memory, at: offset + place * bound * wordBytes)
              } else {
                memory[offset + place] = mask(block)
              }
            }
            offset += stream.ring.isData ? extent(ofTile: tile) * bound * wordBytes : tileSize
          }
        }
      }
    }
  }

  private func mask(_ block: ArraySlice<Int16>) -> UInt8 {
    var mask: UInt8 = 0
    for position in block.indices where block[position] != 0 { mask |= 1 << UInt8(position - block.startIndex) }
    return mask
  }

  private func write(_ block: ArraySlice<Int16>, to memory: UnsafeMutableRawBufferPointer, at start: Int) {
    var offset = start
    for value in block {
      if hasMasks && value == 0 { continue }
      if wordBytes == 1 {
        memory[offset] = UInt8(truncatingIfNeeded: value)
      } else {
        memory.storeBytes(of: value.littleEndian, toByteOffset: offset, as: Int16.self)
      }
      offset += wordBytes
    }
  }
}
