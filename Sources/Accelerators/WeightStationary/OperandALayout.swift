// SPDX-License-Identifier: Apache-2.0
import Hardware
import Sparsity

/// Operand A as it lies in memory: compressed by the executed pattern, cut into blocks of rows and windows of K.
///
/// A window holds, for each row of its block, 16 kept values, and where the design has such metadata 8 block offsets of 3
/// bits (rank 1) and 16 value offsets or runs of 2 to 4 bits (rank 0); a rank with G = H stores none. Where operand B's
/// blocks are skipped it holds the values of all blocks that the window reaches, up to 32. Padded rows are not stored;
/// padded K is, as zeros.
struct OperandALayout {
  /// The format that the rows are compressed to.
  let layout: HSSLayout
  private let rowCount: Int
  private let values: [Int16]
  /// Offsets of blocks and of values, each empty where no such metadata is stored: of a large dense layer they would be half as
  /// large again as its values.
  private let blockOffsets: [UInt8]
  private let valueOffsets: [UInt8]
  let rowsPerBlock: Int
  let wordBytes: Int
  /// Windows that K is cut into.
  let windows: Int
  /// Positions of K in a window: H1·H0 for each group of a row.
  let windowWords: Int
  /// Values kept of a row in a window.
  let slotsPerRow: Int
  private let blocksPerRow: Int
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
    layout = compressed.layout
    rowCount = compressed.rows
    values = compressed.values
    blockOffsets = layout.blockOffsetBits > 0 ? compressed.blockOffsets : []
    valueOffsets = layout.valueOffsetBits > 0 ? compressed.valueOffsets : []
    slotsPerRow = row.groups * compressed.layout.valueSlotsPerGroup
    rowsPerBlock = specification.rowsPerBlock
    self.wordBytes = wordBytes
    blocksPerRow = row.groups * row.blocksPerGroup
    valueCoding = specification.valueCoding(ofBlocksOf: compressed.layout.rank0.h)
    windows = compressed.groupsPerRow / row.groups
    windowWords = row.groups * compressed.layout.positionsPerGroup
  }

  var rowBlocks: Int { (rowCount + rowsPerBlock - 1) / rowsPerBlock }
  private var hasRank1: Bool { layout.blockOffsetBits > 0 }
  private var hasRank0: Bool { layout.valueOffsetBits > 0 }

  func rows(inBlock block: Int) -> Int { min(rowsPerBlock, rowCount - block * rowsPerBlock) }

  /// Bytes per row and window of each stream, metadata first.
  private var streams: [(ring: BufferRing, rowBytes: Int, fieldBits: Int)] {
    var streams: [(ring: BufferRing, rowBytes: Int, fieldBits: Int)] = []
    if hasRank1 { streams.append((.rank1A, 3 * blocksPerRow / 8, 3 * blocksPerRow)) }
    if hasRank0 {
      let bits = valueCoding.bits * slotsPerRow
      streams.append((.rank0A, bits / 8, bits))
    }
    streams.append((.operandA, slotsPerRow * wordBytes, 0))
    return streams
  }

  /// The directory of the windows in the order that `k` stores them, with the first stream at `address`.
  func directory(at address: Int, _ k: KSplit) -> OperandDirectory {
    let order = k.storageOrder(blocks: rowBlocks)
    var next = address
    let streams = streams.map { stream in
      var starts: [Int32] = [0]
      starts.reserveCapacity(order.count + 1)
      for place in order {
        starts.append((starts.last ?? 0) + Int32(lineCount(bytes: rows(inBlock: place.block) * stream.rowBytes)))
      }
      defer { next += Int(starts.last ?? 0) * Line.byteCount }
      return OperandDirectory.Stream(
        ring: stream.ring, address: next, lineStarts: starts, fieldBits: stream.fieldBits)
    }
    return OperandDirectory(streams: streams)
  }

  /// Writes every stream to where `directory` says.
  func write(to image: MemoryImage, _ directory: OperandDirectory, _ k: KSplit) {
    let order = k.storageOrder(blocks: rowBlocks)
    for stream in directory.streams {
      let bytes = Int(stream.lineStarts.last ?? 0) * Line.byteCount
      image.withBytes(stream.address..<stream.address + bytes) { memory in
        for (stored, place) in order.enumerated() {
          let start = Int(stream.lineStarts[stored]) * Line.byteCount
          for row in 0..<rows(inBlock: place.block) {
            write(
              row: place.block * rowsPerBlock + row, window: place.window, of: stream, to: memory, at: start, index: row
            )
          }
        }
      }
    }
  }

  private func write(
    row: Int, window: Int, of stream: OperandDirectory.Stream, to memory: UnsafeMutableRawBufferPointer, at start: Int,
    index: Int
  ) {
    let slots = slotsPerRow
    let firstSlot = (row * windows + window) * slots
    let firstBlock = (row * windows + window) * blocksPerRow
    switch stream.ring {
    case .rank1A:
      var field: UInt64 = 0
      for pe in 0..<blocksPerRow { field |= UInt64(blockOffsets[firstBlock + pe]) << UInt64(3 * pe) }
      let bytes = 3 * blocksPerRow / 8
      for byte in 0..<bytes {
        memory[start + bytes * index + byte] = UInt8(truncatingIfNeeded: field >> UInt64(8 * byte))
      }
    case .rank0A:
      let bits = valueCoding.bits
      var field: UInt64 = 0
      for slot in stride(from: 0, to: slots, by: 2) {
        let codes = codes(ofPairAt: firstSlot + slot)
        field |= UInt64(codes.0 | codes.1 << bits) << UInt64(bits * slot)
      }
      let bytes = bits * slots / 8
      for byte in 0..<bytes {
        memory[start + bytes * index + byte] = UInt8(truncatingIfNeeded: field >> UInt64(8 * byte))
      }
    case .operandA, .operandB, .maskB, .sums:
      for slot in 0..<slots {
        let value = values[firstSlot + slot]
        let offset = start + (index * slots + slot) * wordBytes
        if wordBytes == 1 {
          memory[offset] = UInt8(truncatingIfNeeded: value)
        } else {
          memory.storeBytes(of: value.littleEndian, toByteOffset: offset, as: Int16.self)
        }
      }
    }
  }

  /// The rank-0 metadata of two neighbouring slots, which lie in one block.
  private func codes(ofPairAt slot: Int) -> (Int, Int) {
    let offsets = (Int(valueOffsets[slot]), Int(valueOffsets[slot + 1]))
    switch valueCoding {
    case .offsets: return offsets
    case .runs(let runs): return runs.codes(first: offsets.0, second: offsets.1)
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
