// SPDX-License-Identifier: Apache-2.0

import Sparsity
import Testing

struct VNMPatternTests {
  @Test(arguments: [
    ("64:2:8", "M64*C1(4:8)->C0(2:4)"), (" 1 : 1 : 4 ", "M1*C1(4:4)->C0(1:4)"), ("128:2:16", "M128*C1(4:16)->C0(2:4)"),
    ("M64 * C1(4:8) → C0(2:4)", "M64*C1(4:8)->C0(2:4)"), ("M3*C1(2:5)->C0(1:2)", "M3*C1(2:5)->C0(1:2)"),
  ])
  func `each notation is read and printed in the canonical one`(text: String, canonical: String) throws {
    let pattern = try VNMPattern(text)
    #expect(pattern.description == canonical)
    #expect(try VNMPattern(canonical) == pattern)
    #expect(VNMPattern.isNotation(text))
  }

  @Test(arguments: ["2:4", "3:4->2:4", "C1(4:6)->C0(2:4)", "dense", "C1(4:{4<=H<=8})->C0(2:{2<=H<=4})"])
  func `another pattern is not taken for it`(text: String) { #expect(!VNMPattern.isNotation(text)) }

  @Test(arguments: [
    ("0:2:8", 0), ("64:5:8", 3), ("64:2:3", 5), ("64:2", 4), ("64:2:8:1", 6), ("M*C1(4:8)->C0(2:4)", 0),
    ("M0*C1(4:8)->C0(2:4)", 0), ("K64*C1(4:8)->C0(2:4)", 0), ("M64*C2(4:8)->C0(2:4)", 4), ("M64*C1(4:8)->C0(2:3)", 16),
    ("M64*C1(4:8)", 11), ("M64*C1(9:8)->C0(2:4)", 7), ("", 0), ("M64C1(4:8)", 0), ("M99999999999999999999*C1(4:8)", 0),
    ("M64*C1(4:8)->C0(2:4)->C0(1:2)", 20),
  ])
  func `a text that is none is refused with its position`(text: String, position: Int) throws {
    let error = try #require(throws: PatternError.self) { try VNMPattern(text) }
    #expect(error.position == position, "\(error)")
  }

  @Test func `density and the pattern of a row follow`() throws {
    let pattern = try VNMPattern("64:2:10")
    #expect(pattern.density == Ratio(1, 5))
    #expect(pattern.rowPattern.structuredRanks == [GH(2, 10)])
    #expect(VNMPattern(rows: 4, columns: GH(3, 8), values: GH(1, 4)) == nil)
    #expect(VNMPattern(rows: 0, columns: GH(4, 8), values: GH(1, 4)) == nil)
  }

  @Test func `the columns of largest norm over all rows are chosen, then each row's largest values`() throws {
    let pattern = try #require(VNMPattern(rows: 2, columns: GH(2, 4), values: GH(1, 2)))
    var matrix = Tensor<Int16>(shape: [2, 4], elements: [9, 1, 5, 0, 1, 2, 5, 8])
    // Sums of squares: 82, 5, 50, 64: columns 0 and 3.
    let energy = pattern.prune(&matrix)
    #expect(matrix.elements == [9, 0, 0, 0, 0, 0, 0, 8])
    #expect(energy == (201, 146, 145))
  }

  private static func random(_ random: inout SplitMix64) -> (VNMPattern, Tensor<Int16>) {
    let columns = GH(1 + random.uniform(below: 4), 4 + random.uniform(below: 5))
    let values = GH(1 + random.uniform(below: columns.g), columns.g)
    guard let pattern = VNMPattern(rows: 1 + random.uniform(below: 5), columns: columns, values: values) else {
      fatalError("the rules fit each other")
    }
    let (rows, width) = (random.uniform(below: 12), random.uniform(below: 30))
    let values2 = random.values(rows * width, oneIn: 1 + random.uniform(below: 3))
    return (pattern, Tensor(shape: [rows, width], elements: values2))
  }

  /// From the definition, sharing no code with the library.
  private static func conforms(_ matrix: Tensor<Int16>, _ pattern: VNMPattern) -> Bool {
    let (rows, width) = (matrix.shape[0], matrix.shape[1])
    for row in 0..<rows {
      for group in 0..<(width + pattern.columns.h - 1) / pattern.columns.h {
        let columns = (0..<width).filter { $0 / pattern.columns.h == group }
        let siblings = (0..<rows).filter { $0 / pattern.rows == row / pattern.rows }
        let used = columns.filter { column in siblings.contains { matrix.elements[$0 * width + column] != 0 } }
        let own = columns.filter { matrix.elements[row * width + $0] != 0 }
        if used.count > pattern.columns.g || own.count > pattern.values.g { return false }
      }
    }
    return true
  }

  @Test func `what is pruned conforms, keeps its values, and has the pattern of a row; pruning twice is once`() {
    var random = SplitMix64(seed: 71)
    for _ in 0..<1500 {
      let (pattern, original) = Self.random(&random)
      var pruned = original
      let energy = pattern.prune(&pruned)
      #expect(Self.conforms(pruned, pattern))
      #expect(pattern.firstViolation(in: pruned) == nil)
      #expect(pattern.rowPattern.firstViolation(in: pruned, along: 1) == nil)
      for (before, after) in zip(original.elements, pruned.elements) { #expect(after == before || after == 0) }
      #expect(energy.kept == pruned.elements.reduce(0) { $0 + Int64($1) * Int64($1) })
      #expect(energy.total >= energy.afterColumns && energy.afterColumns >= energy.kept)
      var twice = pruned
      pattern.prune(&twice)
      #expect(twice == pruned)
    }
  }

  @Test func `a matrix conforms if and only if the definition says so`() {
    var random = SplitMix64(seed: 72)
    var counts = [false: 0, true: 0]
    for _ in 0..<3000 {
      let (pattern, original) = Self.random(&random)
      var matrix = original
      if random.uniform(below: 2) == 0 {
        pattern.prune(&matrix)
        if !matrix.elements.isEmpty, random.uniform(below: 2) == 0 {
          matrix.elements[random.uniform(below: matrix.elements.count)] = 7
        }
      }
      let expected = Self.conforms(matrix, pattern)
      #expect((pattern.firstViolation(in: matrix) == nil) == expected)
      counts[expected, default: 0] += 1
    }
    #expect(counts.values.allSatisfy { $0 > 300 })
  }

  @Test func `the format restores what it stored, in the size it announced, and refuses what breaks the pattern`()
    throws
  {
    var random = SplitMix64(seed: 73)
    for _ in 0..<800 {
      let (pattern, original) = Self.random(&random)
      let format = VNMFormat(pattern, valueBits: 8)
      if !Self.conforms(original, pattern) {
        #expect(throws: FormatError.self) { try format.encode(original) }
      }
      var matrix = original
      pattern.prune(&matrix)
      let encoded = try format.encode(matrix)
      #expect(encoded.size == format.size(of: matrix))
      #expect(try format.decode(encoded) == matrix)
    }
  }

  @Test func `V rows share the offsets of their columns`() throws {
    var matrix = Tensor<Int16>(shape: [64, 32], elements: (0..<64 * 32).map { Int16($0 % 127 + 1) })
    let shared = try VNMPattern("64:2:8")
    shared.prune(&matrix)
    let size = VNMFormat(shared, valueBits: 8).size(of: matrix)
    // 4 groups of 4 offsets of 3 bits for all rows; 8 values of a row, with 2 bits each.
    #expect(size == EncodedSize(dataBits: 64 * 8 * 8, metadataBits: 4 * 4 * 3 + 64 * 8 * 2))
    let alone = HSSFormat(shared.rowPattern, valueBits: 8).size(of: matrix)
    #expect(alone.metadataBits == 64 * 8 * 3)
  }

  @Test func `damaged streams are refused or read, never trapped`() throws {
    var random = SplitMix64(seed: 74)
    let pattern = try VNMPattern("3:2:7")
    let format = VNMFormat(pattern, valueBits: 8)
    var matrix = Tensor<Int16>(shape: [7, 20], elements: random.values(140, oneIn: 1))
    pattern.prune(&matrix)
    let encoded = try format.encode(matrix)
    for _ in 0..<2000 {
      var writer = BitWriter()
      for _ in 0..<random.uniform(below: encoded.metadata.count + 20) {
        writer.append(UInt64(random.uniform(below: 2)), bits: 1)
      }
      let damaged = EncodedMatrix(rows: 7, columns: 20, data: encoded.data, metadata: writer.buffer)
      do {
        _ = try format.decode(damaged)
      } catch {
        #expect(!"\(error)".isEmpty)
      }
    }
  }
}
