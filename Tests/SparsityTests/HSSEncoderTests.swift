// SPDX-License-Identifier: Apache-2.0

import Sparsity
import Testing

struct HSSEncoderTests {
  @Test func `a group becomes exactly G1 block slots of G0 value slots, fillers included`() throws {
    // Two groups of C1(2:3)->C0(2:4): blocks 1 and 2 of the first are non-empty; the second holds one value.
    let row: [Int16] = [
      0, 0, 0, 0, /**/ 0, 0, 0, 5, /**/ 6, 0, 7, 0, /* group 1 */ 0, 0, 0, 0, /**/ 0, 0, 0, 0, /**/ 0, 8,
    ]
    let encoder = try HSSEncoder(executed: Pattern("2:3->2:4"))
    let fiber = try encoder.encode(Tensor(shape: [1, row.count], elements: row))
    #expect(fiber.groupsPerRow == 2)
    #expect(fiber.blockOffsets == [1, 2, 0, 2])
    #expect(fiber.valueOffsets == [0, 3, 0, 2, 0, 1, 0, 1])
    #expect(fiber.values == [0, 5, 6, 7, 0, 0, 0, 8])
    #expect(fiber.decoded().elements == row)
  }

  @Test(arguments: [
    ("4:8->2:4", 3, 2, 28), ("4:4->2:4", 0, 2, 16), ("4:5->2:2", 3, 0, 12), ("4:4->2:2", 0, 0, 0),
    ("4:6->2:3", 3, 2, 28),
  ])
  func `offsets are as wide as the hardware's largest H, and absent where G equals H`(
    pattern: String, blockBits: Int, valueBits: Int, perGroup: Int
  ) throws {
    let rule = try HardwareRule(HardwareRuleTests.highLightText)
    let layout = try HSSLayout(executed: Pattern(pattern), on: rule)
    #expect(layout.blockOffsetBits == blockBits)
    #expect(layout.valueOffsetBits == valueBits)
    #expect(layout.metadataBitsPerGroup == perGroup)
    #expect(layout.valueSlotsPerGroup == 8)
    let encoded = try HSSEncoder(executed: Pattern(pattern), on: rule)
      .encode(Tensor(shape: [3, 100], repeating: 0), groupsMultipleOf: 2)
    let groups = 3 * encoded.groupsPerRow
    #expect(encoded.groupsPerRow % 2 == 0)
    #expect(encoded.groupsPerRow * layout.positionsPerGroup >= 100)
    #expect((encoded.groupsPerRow - 2) * layout.positionsPerGroup < 100)
    #expect(encoded.size(valueBits: 8) == EncodedSize(dataBits: groups * 64, metadataBits: groups * perGroup))
  }

  @Test func `a pattern without two ranks, too wide or foreign to the hardware is refused`() throws {
    let rule = try HardwareRule(HardwareRuleTests.highLightText)
    #expect(throws: HSSLayoutError.self) { try HSSEncoder(executed: Pattern("2:4")) }
    #expect(throws: HSSLayoutError.self) { try HSSEncoder(executed: Pattern("4:65->2:4")) }
    #expect(throws: HSSLayoutError.self) { try HSSEncoder(executed: Pattern("3:4->2:4"), on: rule) }
    #expect(throws: Never.self) { try HSSEncoder(executed: Pattern("64:64->64:64")) }
  }

  /// Draws conforming rows, all patterns and lengths; checks every promise of `CompressedFiber`.
  @Test func `what is encoded keeps its promises and decodes to what was`() throws {
    var random = SplitMix64(seed: 5)
    for _ in 0..<400 {
      let pattern = Pattern(structured: random.rules(2...2, maximumH: 9))
      let (rows, length) = (1 + random.uniform(below: 4), random.uniform(below: 200))
      var matrix = Tensor(shape: [rows, length], elements: random.values(rows * length, oneIn: 3))
      pattern.prune(&matrix, along: 1)
      let multiple = 1 + random.uniform(below: 3)
      let encoder = try HSSEncoder(executed: pattern)
      let fiber = try encoder.encode(matrix, groupsMultipleOf: multiple)
      #expect(fiber.decoded() == matrix)
      let (rank1, rank0) = (fiber.layout.rank1, fiber.layout.rank0)
      let groups = rows * fiber.groupsPerRow
      #expect(fiber.groupsPerRow % multiple == 0)
      #expect(fiber.blockOffsets.count == groups * rank1.g)
      #expect(fiber.values.count == groups * rank1.g * rank0.g)
      #expect(isAscending(fiber.blockOffsets, perGroup: rank1.g, below: rank1.h))
      #expect(isAscending(fiber.valueOffsets, perGroup: rank0.g, below: rank0.h))
      #expect(fillersAreSmallest(fiber, of: matrix))
    }
  }

  @Test func `more ranks are encoded slot by slot as the general format does`() throws {
    var random = SplitMix64(seed: 9)
    for _ in 0..<200 {
      let pattern = Pattern(structured: random.rules(3...4, maximumH: 5))
      let (rows, length) = (1 + random.uniform(below: 4), random.uniform(below: 300))
      var matrix = Tensor(shape: [rows, length], elements: random.values(rows * length, oneIn: 2))
      pattern.prune(&matrix, along: 1)
      let fiber = try HSSEncoder(executed: pattern).encode(matrix)
      #expect(fiber.decoded() == matrix)
      let encoded = try HSSFormat(pattern, valueBits: 8).encode(matrix)
      #expect(fiber.size(valueBits: 8) == encoded.size)
      var data = BitReader(encoded.data)
      for value in fiber.values { #expect(try data.readSigned(bits: 8) == Int(value)) }
      let groups = rows * fiber.groupsPerRow
      for rank in pattern.structuredRanks.indices {
        let rule = pattern.rule(ofRank: rank)
        #expect(fiber.offsets[rank].count == groups * fiber.layout.slotsPerGroup(ofRank: rank))
        #expect(isAscending(fiber.offsets[rank], perGroup: rule.g, below: rule.h))
      }
    }
  }

  @Test func `a broken third rank is told with its place`() throws {
    var matrix = Tensor<Int16>(shape: [2, 40], repeating: 0)
    for position in [56, 60, 64] { matrix.elements[position] = 1 }
    let encoder = try HSSEncoder(executed: Pattern("2:4->2:2->1:2"))
    let violation = #expect(throws: PatternViolation.self) { try encoder.encode(matrix) }
    #expect(violation?.rank == 2 && violation?.index == [1, 16] && violation?.found == 3)
  }

  private func isAscending(_ offsets: [UInt8], perGroup: Int, below limit: Int) -> Bool {
    stride(from: 0, to: offsets.count, by: perGroup).allSatisfy { start in
      let group = offsets[start..<start + perGroup]
      return zip(group, group.dropFirst()).allSatisfy { $0 < $1 } && group.allSatisfy { Int($0) < limit }
    }
  }

  /// The offsets of a block group are the non-empty blocks and, for the rest, the smallest others; likewise for values.
  private func fillersAreSmallest(_ fiber: CompressedFiber, of matrix: Tensor<Int16>) -> Bool {
    let (rank1, rank0) = (fiber.layout.rank1, fiber.layout.rank0)
    func isZero(_ row: Int, _ position: Int) -> Bool {
      position >= fiber.length || matrix.elements[row * fiber.length + position] == 0
    }
    func expected(_ used: [Int], of rule: GH) -> [UInt8] {
      let fillers = (0..<rule.h).filter { !used.contains($0) }.prefix(rule.g - used.count)
      return (used + fillers).sorted().map(UInt8.init)
    }
    for row in 0..<fiber.rows {
      for group in 0..<fiber.groupsPerRow {
        let start = group * rank1.h * rank0.h
        let slot = (row * fiber.groupsPerRow + group) * rank1.g
        let used = (0..<rank1.h).filter { block in
          (0..<rank0.h).contains { !isZero(row, start + block * rank0.h + $0) }
        }
        let blocks = expected(used, of: rank1)
        guard Array(fiber.blockOffsets[slot..<slot + rank1.g]) == blocks else { return false }
        for (index, block) in blocks.enumerated() {
          let first = start + Int(block) * rank0.h
          let values = expected((0..<rank0.h).filter { !isZero(row, first + $0) }, of: rank0)
          let from = (slot + index) * rank0.g
          guard Array(fiber.valueOffsets[from..<from + rank0.g]) == values else { return false }
        }
      }
    }
    return true
  }

  @Test func `a row that breaks the pattern is refused where a conformance check finds it`() throws {
    var random = SplitMix64(seed: 6)
    var refused = 0
    for _ in 0..<400 {
      let pattern = Pattern(structured: random.rules(2...2, maximumH: 5))
      let matrix = Tensor(shape: [2, 60], elements: random.values(120, oneIn: 6))
      let encoder = try HSSEncoder(executed: pattern)
      let violation = pattern.firstViolation(in: matrix, along: 1)
      do {
        #expect(try encoder.encode(matrix).decoded() == matrix)
        #expect(violation == nil)
      } catch {
        refused += 1
        // The encoder goes group by group, the check rank by rank: they agree that there is one, and on the row.
        #expect(violation?.index[0] == error.index[0])
        #expect(error.found > error.allowed.g)
        #expect(!conforms(group(of: matrix, at: error), to: [error.allowed]))
      }
    }
    #expect(refused > 50)
  }

  /// Which coordinates of the reported group are non-empty.
  private func group(of matrix: Tensor<Int16>, at violation: PatternViolation) -> [Bool] {
    let block = violation.pattern.blockSize(ofRank: violation.rank)
    let start = violation.index[0] * matrix.shape[1] + violation.index[1]
    let end = min(start + block * violation.allowed.h, (violation.index[0] + 1) * matrix.shape[1])
    return stride(from: start, to: end, by: block).map { from in
      matrix.elements[from..<min(from + block, end)].contains { $0 != 0 }
    }
  }

  @Test func `one row can be encoded into memory of the caller`() throws {
    let rule = try HardwareRule(HardwareRuleTests.highLightText)
    let encoder = try HSSEncoder(executed: Pattern("4:8->2:4"), on: rule)
    var random = SplitMix64(seed: 7)
    let matrix = try SyntheticOperand(.structured(encoder.pattern)).matrix(rows: 1, columns: 90, using: &random)
    var values = [Int16](repeating: 9, count: 4 * 8)
    var blocks = [UInt8](repeating: 9, count: 4 * 4)
    var offsets = [UInt8](repeating: 9, count: 4 * 8)
    var valueSpan = values.mutableSpan
    var blockSpan = blocks.mutableSpan
    var offsetSpan = offsets.mutableSpan
    try encoder.encode(
      row: matrix.elements.span, values: &valueSpan, blockOffsets: &blockSpan, valueOffsets: &offsetSpan)
    let expected = try encoder.encode(matrix, groupsMultipleOf: 4)
    #expect(values == expected.values)
    #expect(blocks == expected.blockOffsets)
    #expect(offsets == expected.valueOffsets)
  }
}
