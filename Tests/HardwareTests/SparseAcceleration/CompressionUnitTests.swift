// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Sparsity
import Testing

@testable import Hardware

/// The unit in front of a real memory, whose content is decoded here by the format's definition.
struct CompressionUnitTests {
  /// A random result with its blocks in a random order, as a mapping may finish them.
  private struct Result {
    let layout: OutputLayout
    let values: [[Int16]]
    let columns: [OutputColumn]

    init(
      rows: Int, columns columnCount: Int, rowsPerBlock: Int, wordBytes: Int, isCompressed: Bool, density: Int,
      seed: UInt64
    ) {
      var random = SplitMix64(seed: seed)
      var layout = OutputLayout(
        valueAddress: 128, maskAddress: 128, isCompressed: isCompressed, wordBytes: wordBytes,
        rowsPerBlock: rowsPerBlock, rowCount: rows, columnCount: columnCount)
      layout.maskAddress = 128 + (columnCount * layout.columnStride + 63) / 64 * 64
      self.layout = layout
      let limit = wordBytes == 1 ? 127 : 32_767
      let values = (0..<rows).map { _ in
        (0..<columnCount).map { _ in
          random.uniform(below: 100) < density ? Int16(random.uniform(-limit...limit)) : 0
        }
      }
      self.values = values
      var blocks = Array(0..<layout.rowBlocks)
      blocks.shuffle(using: &random)
      columns = blocks.flatMap { block in
        (0..<columnCount).map { column in
          var output = OutputColumn(words: InlineArray(repeating: 0), column: Int32(column), rowBlock: Int32(block))
          for row in block * rowsPerBlock..<min((block + 1) * rowsPerBlock, rows) {
            output.words[row - block * rowsPerBlock] = values[row][column]
          }
          return output
        }
      }
    }

    var imageBytes: Int { layout.maskAddress + layout.rowBlocks * layout.columnCount * 8 + 64 }
  }

  private struct Run {
    let image: MemoryImage
    let writes: [DRAMWrite]
    let actions: [Int64]
    let cycles: Int64
  }

  private func run(_ result: Result, bytesPerCycle: Int = 64) throws -> Run {
    let bench = Bench()
    let image = MemoryImage(byteCount: result.imageBytes)
    let memory = IdealDRAM(
      in: bench.clock,
      IdealDRAM.Specification(
        readBytesPerCycle: bytesPerCycle, writeBytesPerCycle: bytesPerCycle, isShared: true, latencyCycles: 9),
      image: image)
    let unit = CompressionUnit(in: bench.clock, layout: result.layout)
    let log = WriteLog(in: bench.clock)
    bench.drive(unit.outputs, "outputs", result.columns, capacity: 8)
    bench.drive(memory.reads, "reads", [])
    _ = bench.listen(to: memory.lines, "lines")
    bench.leaveSpillsIdle(of: memory)
    bench.simulation.connect(unit.writes, to: log.input, capacity: 2)
    bench.simulation.connect(log.output, to: memory.writes, capacity: 4)
    bench.simulation.connect(memory.acknowledgements, to: unit.acknowledgements, latency: 9, capacity: 64)
    try bench.run()
    #expect(bench.simulation.isStopped, "the layer ends when memory has taken the last line")
    #expect(unit.isFinished)
    return Run(
      image: image, writes: log.writes, actions: unit.actionCounts.map(\.count), cycles: bench.clock.cycle)
  }

  private func word(_ image: MemoryImage, at address: Int, bytes: Int) -> Int16 {
    image.withBytes(address..<address + bytes) { raw in
      bytes == 1 ? Int16(Int8(bitPattern: raw[0])) : Int16(raw[0]) | Int16(Int8(bitPattern: raw[1])) << 8
    }
  }

  @Test(arguments: [(64, 1), (64, 2), (16, 1), (48, 1), (48, 2), (32, 1)], [1, 16, 63, 64, 130])
  func `an uncompressed result lies column by column`(shape: (rowsPerBlock: Int, wordBytes: Int), rows: Int) throws {
    let result = Result(
      rows: rows, columns: 5, rowsPerBlock: shape.rowsPerBlock, wordBytes: shape.wordBytes, isCompressed: false,
      density: 90, seed: UInt64(rows))
    let run = try run(result)
    for row in 0..<rows {
      for column in 0..<5 {
        let layout = result.layout
        let address = layout.valueAddress + column * layout.columnStride + row * layout.wordBytes
        #expect(word(run.image, at: address, bytes: shape.wordBytes) == result.values[row][column])
      }
    }
    #expect(run.actions == [0, Int64(rows * 5)])
    #expect(run.writes.allSatisfy { !$0.isMetadata })
  }

  @Test(arguments: [0, 3, 50, 100], [1, 2])
  func `a compressed result is its non-zeros and its bitmasks, both without gaps`(density: Int, wordBytes: Int) throws {
    for (rowsPerBlock, rows) in [(64, 130), (16, 40), (48, 48), (64, 1)] {
      let result = Result(
        rows: rows, columns: 11, rowsPerBlock: rowsPerBlock, wordBytes: wordBytes, isCompressed: true,
        density: density, seed: UInt64(density + rows))
      let run = try run(result)
      var (value, mask) = (result.layout.valueAddress, result.layout.maskAddress)
      for column in result.columns {
        let bits = run.image.withBytes(mask..<mask + 8) { raw in
          (0..<8).reduce(UInt64(0)) { $0 | UInt64(raw[$1]) << UInt64(8 * $1) }
        }
        mask += 8
        for row in 0..<64 {
          #expect(bits >> UInt64(row) & 1 == (column.words[row] == 0 ? 0 : 1))
          guard column.words[row] != 0 else { continue }
          #expect(word(run.image, at: value, bytes: wordBytes) == column.words[row])
          value += wordBytes
        }
      }
      // No line more than what they take.
      let lines = (value - result.layout.valueAddress + 63) / 64
      let maskLines = (mask - result.layout.maskAddress + 63) / 64
      #expect(run.writes.count { !$0.isMetadata } == lines)
      #expect(run.writes.count { $0.isMetadata } == maskLines)
      #expect(run.actions == [Int64(rows * 11), Int64(rows * 11)])
    }
  }

  @Test(arguments: 1...4, [1, 2])
  func `every write lies within one line of memory`(arrays: Int, wordBytes: Int) throws {
    for isCompressed in [false, true] {
      let result = Result(
        rows: 16 * arrays * 2 + 5, columns: 7, rowsPerBlock: 16 * arrays, wordBytes: wordBytes,
        isCompressed: isCompressed, density: 70, seed: 1)
      for write in try run(result).writes {
        let lastByte = Int(write.address) + Int(write.byteCount) - 1
        #expect(write.byteCount >= 1 && lastByte / 64 == Int(write.address) / 64)
      }
    }
  }

  @Test func `lines leave at memory's rate, and the unit's own limit is a column a cycle`() throws {
    let result = Result(
      rows: 64, columns: 100, rowsPerBlock: 64, wordBytes: 1, isCompressed: false, density: 100, seed: 1)
    // The first column is there in 1, its line at memory in 3, and the last acknowledgement 9 cycles after the last.
    #expect(try run(result).cycles == 3 + 99 + 9)
    #expect(try run(result, bytesPerCycle: 32).cycles == 4 + 2 * 99 + 9)
  }
}

/// Passes writes on and remembers them.
private final class WriteLog: Component {
  let input: Input<DRAMWrite>
  let output: Output<DRAMWrite>
  private(set) var writes: [DRAMWrite] = []

  init(in clock: ClockDomain) {
    input = Input("input", of: "log", in: clock)
    output = Output("output", of: "log", in: clock)
    super.init("log", in: clock)
  }

  override func tick() -> Activity {
    guard !input.isEmpty else { return input.starved }
    guard output.isReady else { return output.backpressured }
    writes.append(input.front)
    output.send(input.receive(), bytes: 64)
    return .worked
  }
}
