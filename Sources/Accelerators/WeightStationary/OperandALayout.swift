// SPDX-License-Identifier: Apache-2.0
import Hardware
import Sparsity

/// Operand A as it lies in memory: compressed by the executed pattern, cut into blocks of rows and windows of K.
///
/// A window holds, for each row of its block, 16 kept values, and a field of metadata for each rank that the design skips:
/// HighLight has 8 block offsets of 3 bits (rank 1) and 16 value offsets of 2 bits (rank 0), other designs runs, or offsets
/// of other ranks; a rank with G = H stores none. Fields of a window are packed without gaps. Where operand B's blocks are
/// skipped it holds the values of all blocks that the window reaches, up to 32. Padded rows are not stored; padded K is, as
/// zeros.
struct OperandALayout {
  /// The format that the rows are compressed to.
  let layout: HSSLayout
  private let rowCount: Int
  private let values: [Int16]
  /// By rank from 0, empty where a rank stores no offsets: of a large dense layer they would be half as large again as its
  /// values.
  private let storedOffsets: [[UInt8]]
  let rowsPerBlock: Int
  let wordBytes: Int
  /// Windows that K is cut into.
  let windows: Int
  /// Positions of K in a window: for each group of a row the product of the H, H1·H0 with two ranks.
  let windowWords: Int
  /// Values kept of a row in a window.
  let slotsPerRow: Int
  /// Groups of the highest rank of a row.
  private let groups: Int
  private let valueCoding: PEArray.ValueCoding

  /// - Throws: `PatternViolation` where the operand has more non-zeros than the pattern has slots.
  init(
    _ a: Tensor<Int16>, executed pattern: Pattern, operandB: Pattern?, wordBytes: Int,
    on specification: WeightStationarySpecification
  ) throws {
    let row = specification.design.row
    let blocks = operandB?.structuredRanks.first?.h ?? row.blocksPerGroup
    let compressed = try specification.design.encoder(of: pattern, blocks: blocks).encode(
      a, groupsMultipleOf: row.groups)
    let layout = compressed.layout
    self.layout = layout
    rowCount = compressed.rows
    values = compressed.values
    storedOffsets = compressed.offsets.enumerated().map { layout.offsetBits(ofRank: $0) > 0 ? $1 : [] }
    slotsPerRow = row.groups * layout.valueSlotsPerGroup
    rowsPerBlock = specification.rowsPerBlock
    self.wordBytes = wordBytes
    groups = row.groups
    valueCoding = specification.valueCoding(ofBlocksOf: layout.rank0.h)
    windows = compressed.groupsPerRow / row.groups
    windowWords = row.groups * layout.positionsPerGroup
  }

  var rowBlocks: Int { (rowCount + rowsPerBlock - 1) / rowsPerBlock }

  func rows(inBlock block: Int) -> Int { min(rowsPerBlock, rowCount - block * rowsPerBlock) }

  /// The metadata of a rank.
  private struct Offsets {
    /// Of all rows and windows.
    let all: [UInt8]
    /// Of a row and window.
    let perRow: Int
    /// Bits of each as it is stored; of values by their coding.
    let bits: Int
    let areOfValues: Bool
  }

  private func offsets(ofRank rank: Int) -> Offsets {
    let stored = layout.offsetBits(ofRank: rank)
    return Offsets(
      all: storedOffsets[rank], perRow: groups * layout.slotsPerGroup(ofRank: rank),
      bits: rank == 0 && stored > 0 ? valueCoding.bits : stored, areOfValues: rank == 0)
  }

  /// Bits per row and window of each stream, metadata first, from the highest rank down.
  private var streams: [(ring: BufferRing, rowBits: Int, isMetadata: Bool)] {
    let metadata = layout.ranks.indices.reversed().map { rank in
      let offsets = self.offsets(ofRank: rank)
      return (ring: BufferRing.metadataA(ofRank: rank), rowBits: offsets.perRow * offsets.bits, isMetadata: true)
    }
    return metadata.filter { $0.rowBits > 0 } + [(.operandA, slotsPerRow * wordBytes * 8, false)]
  }

  /// The directory of the windows in the order that `k` stores them, with the first stream at `address`.
  func directory(at address: Int, _ k: KSplit) -> OperandDirectory {
    let order = k.storageOrder(blocks: rowBlocks)
    var next = address
    let streams = streams.map { stream in
      var starts: [Int32] = [0]
      starts.reserveCapacity(order.count + 1)
      for place in order {
        let bytes = (rows(inBlock: place.block) * stream.rowBits + 7) / 8
        starts.append((starts.last ?? 0) + Int32(lineCount(bytes: bytes)))
      }
      defer { next += Int(starts.last ?? 0) * Line.byteCount }
      return OperandDirectory.Stream(
        ring: stream.ring, address: next, lineStarts: starts, fieldBits: stream.isMetadata ? stream.rowBits : 0)
    }
    return OperandDirectory(streams: streams)
  }

  /// Writes every stream to where `directory` says.
  func write(to image: MemoryImage, _ directory: OperandDirectory, _ k: KSplit) {
    let order = k.storageOrder(blocks: rowBlocks)
    for stream in directory.streams {
      let metadata = stream.ring.rankOfA.map { self.offsets(ofRank: $0) }
      let bytes = Int(stream.lineStarts.last ?? 0) * Line.byteCount
      image.withBytes(stream.address..<stream.address + bytes) { memory in
        for (stored, place) in order.enumerated() {
          let lines = UnsafeMutableRawBufferPointer(
            rebasing: memory[Int(stream.lineStarts[stored]) * Line.byteCount..<bytes])
          for row in 0..<rows(inBlock: place.block) {
            let window = (place.block * rowsPerBlock + row) * windows + place.window
            if let metadata {
              write(metadata, window: window, to: lines, index: row)
            } else {
              writeValues(window: window, to: lines, index: row)
            }
          }
        }
      }
    }
  }

  /// - Parameters:
  ///   - window: counted over all rows.
  ///   - index: the row's place in its block.
  private func writeValues(window: Int, to memory: UnsafeMutableRawBufferPointer, index: Int) {
    let slots = slotsPerRow
    for slot in 0..<slots {
      let value = values[window * slots + slot]
      let offset = (index * slots + slot) * wordBytes
      if wordBytes == 1 {
        memory[offset] = UInt8(truncatingIfNeeded: value)
      } else {
        memory.storeBytes(of: value.littleEndian, toByteOffset: offset, as: Int16.self)
      }
    }
  }

  /// Writes the field of a row, whose bits may begin inside a byte.
  private func write(_ offsets: Offsets, window: Int, to memory: UnsafeMutableRawBufferPointer, index: Int) {
    let (perRow, bits) = (offsets.perRow, offsets.bits)
    let first = window * perRow
    var field: UInt64 = 0
    if offsets.areOfValues {
      for slot in stride(from: 0, to: perRow, by: 2) {
        let codes = codes(Int(offsets.all[first + slot]), Int(offsets.all[first + slot + 1]))
        field |= UInt64(codes.0 | codes.1 << bits) << UInt64(bits * slot)
      }
    } else {
      for slot in 0..<perRow { field |= UInt64(offsets.all[first + slot]) << UInt64(bits * slot) }
    }
    var place = index * perRow * bits
    var left = perRow * bits
    while left > 0 {
      let taken = min(8 - place % 8, left)
      memory[place / 8] |= UInt8(truncatingIfNeeded: field & (1 << UInt64(taken) - 1)) << UInt8(place % 8)
      field >>= UInt64(taken)
      place += taken
      left -= taken
    }
  }

  /// The rank-0 metadata of the values at two offsets of a block.
  private func codes(_ first: Int, _ second: Int) -> (Int, Int) {
    switch valueCoding {
    case .offsets: (first, second)
    case .runs(let runs): runs.codes(first: first, second: second)
    }
  }

  /// How the zero slots of every row and window are split between padding and zeros of the operand.
  ///
  /// Of a window's slots, those that the share of K beyond the operand's end would take are padding of the shape;
  /// those beyond what the declared pattern keeps of the rest are padding of the pattern. A slot that holds a value is
  /// never padding; of the others the last are of the shape, those before them of the pattern.
  func padding(declaredDensity: Ratio, length: Int, _ k: KSplit) -> PaddingTable {
    let slots = slotsPerRow
    var shape = [UInt32](repeating: 0, count: rowBlocks * windows * rowsPerBlock)
    var pattern = shape
    for (stored, place) in k.storageOrder(blocks: rowBlocks).enumerated() {
      for index in 0..<rows(inBlock: place.block) {
        let (row, window) = (place.block * rowsPerBlock + index, place.window)
        let valid = min(windowWords, length - window * windowWords)
        let firstSlot = (row * windows + window) * slots
        let usable = (slots * valid + windowWords - 1) / windowWords
        let kept = min(
          usable,
          (valid * declaredDensity.numerator + declaredDensity.denominator - 1) / declaredDensity.denominator)
        var (shapeSlots, patternSlots) = (slots - usable, usable - kept)
        let position = stored * rowsPerBlock + index
        for slot in (0..<slots).reversed() where values[firstSlot + slot] == 0 {
          if shapeSlots > 0 {
            shape[position] |= 1 << UInt32(slot)
            shapeSlots -= 1
          } else if patternSlots > 0 {
            pattern[position] |= 1 << UInt32(slot)
            patternSlots -= 1
          }
        }
      }
    }
    return PaddingTable(rowsPerWindow: rowsPerBlock, shape: shape, pattern: pattern)
  }
}

/// Lines that `bytes` take.
func lineCount(bytes: Int) -> Int { (bytes + Line.byteCount - 1) / Line.byteCount }
