// SPDX-License-Identifier: Apache-2.0

import Sparsity
import Testing

struct BitBufferTests {
  @Test func `fields of any width come back as written, and take exactly their bits`() throws {
    var random = SplitMix64(seed: 30)
    for _ in 0..<50 {
      var writer = BitWriter()
      var fields: [(value: UInt64, bits: Int)] = []
      for _ in 0..<100 {
        let bits = random.uniform(below: 65)
        let value = bits == 0 ? 0 : random.next() >> UInt64(64 - bits)
        writer.append(value, bits: bits)
        fields.append((value, bits))
      }
      let total = fields.reduce(0) { $0 + $1.bits }
      #expect(writer.buffer.count == total)
      #expect(writer.buffer.bytes.count == (total + 7) / 8)
      var reader = BitReader(writer.buffer)
      for field in fields { #expect(try reader.read(bits: field.bits) == field.value) }
      #expect(reader.remaining == 0)
      #expect(throws: FormatError.truncated(position: total, needed: 1, available: 0)) { try reader.read(bits: 1) }
    }
  }

  @Test func `bits are packed from the lowest`() {
    var writer = BitWriter()
    writer.append(0b101, bits: 3)
    writer.append(0b11_0000_0001, bits: 10)
    #expect(writer.buffer.bytes == [0b0000_1101, 0b0001_1000])
    #expect(writer.buffer.count == 13)
  }

  @Test func `signed fields keep their sign`() throws {
    for bits in 1...16 {
      var writer = BitWriter()
      let values = [-(1 << (bits - 1)), -1, 0, (1 << (bits - 1)) - 1]
      for value in values { writer.append(signed: value, bits: bits) }
      var reader = BitReader(writer.buffer)
      for value in values { #expect(try reader.readSigned(bits: bits) == value) }
    }
  }
}

struct FormatTests {
  private static func formats(_ random: inout SplitMix64, valueBits: Int) -> [any SparseFormat] {
    [
      UncompressedFormat(valueBits: valueBits), BitmaskFormat(valueBits: valueBits),
      RunLengthFormat(valueBits: valueBits, runBits: 1 + random.uniform(below: 5)),
      OffsetPairFormat(valueBits: valueBits, offsetBits: 12),
    ]
  }

  @Test func `every format restores what it stored, in exactly the size it announced`() throws {
    var random = SplitMix64(seed: 31)
    for _ in 0..<150 {
      let (rows, columns) = (random.uniform(below: 5), random.uniform(below: 70))
      let valueBits = [8, 16][random.uniform(below: 2)]
      var matrix = Tensor(
        shape: [rows, columns],
        elements: random.values(
          rows * columns, oneIn: 1 + random.uniform(below: 12), magnitude: valueBits == 8 ? 127 : 32767))
      for format in Self.formats(&random, valueBits: valueBits) { try check(format, matrix) }
      let pattern = Pattern(structured: random.rules(0...3, maximumH: 5))
      pattern.prune(&matrix, along: 1)
      try check(HSSFormat(pattern, valueBits: valueBits), matrix)
    }
  }

  private func check(_ format: any SparseFormat, _ matrix: Tensor<Int16>) throws {
    let encoded = try format.encode(matrix)
    #expect(try format.decode(encoded) == matrix)
    #expect(encoded.size == format.size(of: matrix))
  }

  @Test func `sizes by hand`() throws {
    // One row of 16 with non-zeros at 1, 2 and 12.
    var matrix = Tensor<Int16>(shape: [1, 16], repeating: 0)
    for position in [1, 2, 12] { matrix.elements[position] = 5 }
    #expect(UncompressedFormat(valueBits: 8).size(of: matrix) == EncodedSize(dataBits: 128, metadataBits: 0))
    #expect(BitmaskFormat(valueBits: 8).size(of: matrix) == EncodedSize(dataBits: 24, metadataBits: 16))
    // Runs 1, 0, 9, then 3 to the end. With 2 bits: 1; 0; 3, 3 and 1; 2: six entries.
    #expect(RunLengthFormat(valueBits: 8, runBits: 2).size(of: matrix) == EncodedSize(dataBits: 48, metadataBits: 12))
    #expect(RunLengthFormat(valueBits: 8, runBits: 4).size(of: matrix) == EncodedSize(dataBits: 32, metadataBits: 16))
    #expect(
      OffsetPairFormat(valueBits: 8, offsetBits: 8).size(of: matrix) == EncodedSize(dataBits: 24, metadataBits: 28))
  }

  @Test func `run-length entries are as specified`() throws {
    let matrix = Tensor<Int16>(shape: [2, 5], elements: [0, 0, 0, 0, 9, 7, 0, 0, 0, 0])
    let encoded = try RunLengthFormat(valueBits: 8, runBits: 1).encode(matrix)
    var (data, runs) = (BitReader(encoded.data), BitReader(encoded.metadata))
    var entries: [[Int]] = []
    while runs.remaining > 0 { entries.append([Int(try runs.read(bits: 1)), try data.readSigned(bits: 8)]) }
    #expect(entries == [[1, 0], [1, 0], [0, 9], [0, 7], [1, 0], [1, 0]])
  }

  @Test func `metadata of 4 of 8 blocks and 2 of 4 values is 28 bits per group`() throws {
    let rule = try HardwareRule(HardwareRuleTests.highLightText)
    for degree in rule.degrees {
      var random = SplitMix64(seed: 32)
      let matrix = try SyntheticOperand(.structured(degree.pattern)).matrix(rows: 3, columns: 100, using: &random)
      let format = HSSFormat(degree.pattern, on: rule, valueBits: 8)
      let encoded = try format.encode(matrix)
      let fiber = try HSSEncoder(executed: degree.pattern, on: rule).encode(matrix)
      // The general format and the machine's agree in size, values and offsets.
      #expect(encoded.size == fiber.size(valueBits: 8))
      var data = BitReader(encoded.data)
      for value in fiber.values { #expect(try data.readSigned(bits: 8) == Int(value)) }
      var metadata = BitReader(encoded.metadata)
      let (blockBits, valueBits) = (fiber.layout.blockOffsetBits, fiber.layout.valueOffsetBits)
      for (slot, block) in fiber.blockOffsets.enumerated() where blockBits + valueBits > 0 {
        #expect(try metadata.read(bits: blockBits) == (blockBits > 0 ? UInt64(block) : 0))
        for value in fiber.valueOffsets[slot * 2..<slot * 2 + 2] {
          #expect(try metadata.read(bits: valueBits) == (valueBits > 0 ? UInt64(value) : 0))
        }
      }
      #expect(metadata.remaining == 0)
    }
    let sparsest = HSSFormat(try Pattern("4:8->2:4"), on: rule, valueBits: 8)
    #expect(
      sparsest.size(of: Tensor(shape: [1, 32], repeating: 0)) == EncodedSize(dataBits: 64, metadataBits: 28))
  }

  @Test func `what a format cannot hold is refused`() throws {
    let wide = Tensor<Int16>(shape: [1, 2], elements: [0, 128])
    #expect(throws: FormatError.value(128, row: 0, column: 1, bits: 8)) { try BitmaskFormat(valueBits: 8).encode(wide) }
    #expect(throws: FormatError.offset(2, bits: 1)) {
      try OffsetPairFormat(valueBits: 8, offsetBits: 1).encode(Tensor(shape: [1, 2], repeating: 1))
    }
    #expect(throws: FormatError.self) {
      try HSSFormat(Pattern("1:2"), valueBits: 8).encode(Tensor(shape: [1, 2], repeating: 1))
    }
  }

  @Test func `cut, lengthened or altered streams are refused or decode to a matrix, but never trap`() throws {
    var random = SplitMix64(seed: 33)
    var refused = 0
    for _ in 0..<100 {
      var matrix = Tensor(shape: [3, 20], elements: random.values(60, oneIn: 2))
      let pattern = try Pattern("2:3->2:3")
      pattern.prune(&matrix, along: 1)
      for format in Self.formats(&random, valueBits: 8) + [HSSFormat(pattern, valueBits: 8)] {
        let encoded = try format.encode(matrix)
        let short = EncodedMatrix(rows: 3, columns: 20, data: cut(encoded.data), metadata: encoded.metadata)
        #expect(throws: FormatError.self) { try format.decode(short) }
        let long = EncodedMatrix(rows: 2, columns: 20, data: encoded.data, metadata: encoded.metadata)
        #expect(throws: FormatError.self) { try format.decode(long) }
        let noise = EncodedMatrix(
          rows: 3, columns: 20, data: encoded.data, metadata: flip(encoded.metadata, &random))
        do {
          _ = try format.decode(noise)
        } catch {
          refused += 1
        }
      }
    }
    #expect(refused > 100)
  }

  /// All but the last bit.
  private func cut(_ buffer: BitBuffer) -> BitBuffer { copy(buffer, count: buffer.count - 1, flipping: -1) }

  private func flip(_ buffer: BitBuffer, _ random: inout SplitMix64) -> BitBuffer {
    copy(buffer, count: buffer.count, flipping: buffer.count == 0 ? -1 : random.uniform(below: buffer.count))
  }

  private func copy(_ buffer: BitBuffer, count: Int, flipping position: Int) -> BitBuffer {
    var writer = BitWriter()
    for index in 0..<max(count, 0) {
      let bit = UInt64(buffer.bytes[index / 8] >> UInt8(index % 8)) & 1
      writer.append(index == position ? 1 - bit : bit, bits: 1)
    }
    return writer.buffer
  }
}
