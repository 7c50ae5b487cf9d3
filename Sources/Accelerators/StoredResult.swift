// SPDX-License-Identifier: Apache-2.0
import Hardware

/// Reads a layer's result back from memory, undoing what the compression unit did.
struct StoredResult {
  let layout: OutputLayout
  /// Columns of blocks of rows in the order in which they were compressed.
  private let order: [(block: Int, column: Int)]

  init(_ layout: OutputLayout, order: [(block: Int, column: Int)]) {
    self.layout = layout
    self.order = order
  }

  init(_ layout: OutputLayout, order program: LayerProgram) {
    self.init(layout, order: layout.isCompressed ? Self.columnsInOrder(program) : [])
  }

  /// The stored values, row-major [M, N].
  func read(from image: MemoryImage) -> [Int16] {
    var result = [Int16](repeating: 0, count: layout.rowCount * layout.columnCount)
    image.withBytes(0..<image.byteCount) { memory in
      func word(at address: Int) -> Int16 {
        layout.wordBytes == 1
          ? Int16(Int8(bitPattern: memory[address]))
          : Int16(littleEndian: memory.loadUnaligned(fromByteOffset: address, as: Int16.self))
      }
      guard layout.isCompressed else {
        for column in 0..<layout.columnCount {
          for row in 0..<layout.rowCount {
            result[row * layout.columnCount + column] = word(
              at: layout.valueAddress + column * layout.columnStride + row * layout.wordBytes)
          }
        }
        return
      }
      var value = layout.valueAddress
      var mask = layout.maskAddress
      for (block, column) in order {
        let bits = UInt64(littleEndian: memory.loadUnaligned(fromByteOffset: mask, as: UInt64.self))
        mask += 8
        for row in 0..<layout.rowsPerBlock where bits >> UInt64(row) & 1 == 1 {
          let position = block * layout.rowsPerBlock + row
          result[position * layout.columnCount + column] = word(at: value)
          value += layout.wordBytes
        }
      }
    }
    return result
  }

  /// The columns of Z's blocks in the order in which they were finished.
  private static func columnsInOrder(_ program: LayerProgram) -> [(block: Int, column: Int)] {
    let nest = program.nest
    var order: [(block: Int, column: Int)] = []
    for group in 0..<nest.groups {
      for inner in 0..<nest.innerBlocks {
        for outer in group * nest.groupSize..<min((group + 1) * nest.groupSize, nest.outerBlocks) {
          let (row, block) = nest.order == .rowsOuter ? (outer, inner) : (inner, outer)
          for column in program.columnStarts[block]..<program.columnStarts[block + 1] {
            order.append((row, Int(column)))
          }
        }
      }
    }
    return order
  }
}
