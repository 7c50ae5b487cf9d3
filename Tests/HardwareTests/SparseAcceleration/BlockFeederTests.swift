// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Sparsity
import Testing

@testable import Hardware

/// A feeder by itself: blocks of fixed size out of rows of the buffer, zeros restored by bitmask.
struct BlockFeederTests {
  /// Tiles of an operand as the buffer has them, and the blocks that must come out.
  private struct Tiles {
    let tileSize: Int
    let bound: Int
    let wordBytes: Int
    let length: Int
    var commands: [GatherCommand] = []
    var lines: [BufferRow] = []
    var masks: [MetadataField] = []
    var expected: [[[Int16]]] = []
    var flags: [VectorFlags] = []

    init(tileSize: Int, bound: Int, wordBytes: Int, length: Int) {
      self.tileSize = tileSize
      self.bound = bound
      self.wordBytes = wordBytes
      self.length = length
    }

    var blocksPerTile: Int { (length + 7) / 8 }

    mutating func add(extent: Int, first: Int, isLast: Bool, perWindow: Int, using random: inout SplitMix64) {
      for start in stride(from: 0, to: blocksPerTile, by: perWindow) {
        let steps = min(perWindow, blocksPerTile - start)
        var bytes: [UInt8] = []
        for block in start..<start + steps { bytes += addBlock(block, extent: extent, using: &random) }
        let padding = (64 - bytes.count % 64) % 64
        // What pads the last row is no zero: nobody may see it.
        bytes += [UInt8](repeating: 0xee, count: padding)
        for line in stride(from: 0, to: bytes.count, by: 64) {
          lines.append(BufferRow(line: Line(bytes[line..<line + 64]), blame: Blame(.dram, component: 7)))
        }
        var windowFlags: VectorFlags = isLast ? [.lastTile] : []
        if start == 0 { windowFlags.insert(.first) }
        if start + steps == blocksPerTile { windowFlags.insert(.last) }
        commands.append(
          GatherCommand(
            steps: Int32(steps), first: Int32(first), extent: Int32(extent),
            paddingWords: Int32(padding / wordBytes), flags: windowFlags))
        for block in start..<start + steps {
          var blockFlags: VectorFlags = isLast ? [.lastTile] : []
          if block == 0 { blockFlags.insert(.first) }
          if block == blocksPerTile - 1 { blockFlags.insert(.last) }
          flags.append(blockFlags)
        }
      }
    }

    /// - Returns: the block as it is stored.
    private mutating func addBlock(_ block: Int, extent: Int, using random: inout SplitMix64) -> [UInt8] {
      let usable = min(8, length - 8 * block)
      var stored: [Int16] = []
      var fields = [UInt64](repeating: 0, count: tileSize / 8)
      var rows: [[Int16]] = []
      for row in 0..<extent {
        var words = [Int16](repeating: 0, count: 8)
        let limit = wordBytes == 1 ? 127 : 32_767
        for _ in 0..<random.uniform(0...bound) {
          words[random.uniform(below: usable)] = Int16(random.uniform(1...limit)) * (random.next() & 1 == 0 ? 1 : -1)
        }
        if bound == 8 {
          stored += words
        } else {
          let kept = words.filter { $0 != 0 }
          stored += kept + [Int16](repeating: 0, count: bound - kept.count)
          for position in 0..<8 where words[position] != 0 {
            fields[row / 8] |= 1 << UInt64(row % 8 * 8 + position)
          }
        }
        rows.append(words)
      }
      if bound < 8 { masks += fields.map { MetadataField(bits: $0, blame: Blame(.metadata, component: 8)) } }
      expected.append(rows)
      return stored.flatMap { word in (0..<wordBytes).map { UInt8(truncatingIfNeeded: word >> Int16(8 * $0)) } }
    }
  }

  private func feed(
    _ tiles: Tiles, bytesPerCycle: Int = 1024, lineTimes: [Cycle] = [], maskTimes: [Cycle] = [], every: Cycle = 1
  ) throws -> (blocks: [DensityBoundBlock], times: [Cycle], actions: [String: Int64]) {
    let bench = Bench()
    let blockBytes = tiles.tileSize * 8 * tiles.wordBytes
    let feeder = BlockFeeder(
      in: bench.clock, name: "feeder",
      BlockFeeder.Specification(
        tileSize: tiles.tileSize, bound: tiles.bound, bufferRows: 2 * blockBytes / 64 + 1, wordBytes: tiles.wordBytes,
        length: tiles.length, bytesPerCycle: bytesPerCycle))
    bench.drive(feeder.commands, "commands", tiles.commands)
    bench.drive(feeder.rows, "rows", tiles.lines, at: lineTimes)
    bench.drive(feeder.masks, "masks", tiles.masks, at: maskTimes, capacity: 16, perCycle: 8)
    let sink = bench.listen(to: feeder.blocks, "blocks", every: every, capacity: 2)
    try bench.run()
    return (
      sink.messages, sink.times, Dictionary(uniqueKeysWithValues: feeder.actionCounts.map { ($0.action, $0.count) })
    )
  }

  @Test(arguments: 1...8, [1, 2])
  func `every block comes out whole, with its zeros at their places`(bound: Int, wordBytes: Int) throws {
    var random = SplitMix64(seed: UInt64(10 * bound + wordBytes))
    for tileSize in [8, 24, 64] {
      var tiles = Tiles(tileSize: tileSize, bound: bound, wordBytes: wordBytes, length: 43)
      tiles.add(extent: tileSize, first: 0, isLast: false, perWindow: 4, using: &random)
      tiles.add(extent: tileSize - 3, first: tileSize, isLast: true, perWindow: 1, using: &random)
      let (blocks, _, actions) = try feed(tiles, every: Cycle(random.uniform(1...3)))
      #expect(blocks.count == tiles.expected.count)
      for (index, (block, rows)) in zip(blocks, tiles.expected).enumerated() {
        for (place, words) in rows.enumerated() {
          #expect((0..<8).allSatisfy { block.words[8 * place + $0] == words[$0] })
        }
        let tile = index / tiles.blocksPerTile
        #expect(block.flags == tiles.flags[index])
        #expect(block.first == Int32(tile * tileSize) && block.extent == Int32(tileSize - 3 * tile))
        // K ends 3 positions into the last block.
        #expect(block.length == (index % tiles.blocksPerTile == tiles.blocksPerTile - 1 ? 3 : 8))
      }
      let words = tiles.blocksPerTile * bound * (2 * tileSize - 3)
      #expect(actions["feed_word", default: 0] == Int64(words))
      #expect(actions["feed_masks", default: 0] == (bound < 8 ? Int64(blocks.count) : 0))
      #expect(actions["buffer_row", default: 0] == Int64(tiles.lines.count))
    }
  }

  @Test(arguments: [(64, 1), (32, 1), (16, 2), (10, 4)])
  func `blocks enter the array as wide as it takes them`(bytesPerCycle: Int, cycles: Cycle) throws {
    var random = SplitMix64(seed: 3)
    // A block of 8 rows with 4 values each has 32 bytes: half a row of the buffer.
    var tiles = Tiles(tileSize: 8, bound: 4, wordBytes: 1, length: 256)
    tiles.add(extent: 8, first: 0, isLast: true, perWindow: 32, using: &random)
    let times = try feed(tiles, bytesPerCycle: bytesPerCycle).times
    #expect(times.suffix(20) == times.last.map { last in (0..<20).map { last - cycles * (19 - $0) } }?[...])
  }

  @Test func `a block that waits for a row or for its bitmasks says so`() throws {
    var random = SplitMix64(seed: 4)
    var tiles = Tiles(tileSize: 8, bound: 4, wordBytes: 1, length: 64)
    tiles.add(extent: 8, first: 0, isLast: true, perWindow: 8, using: &random)
    // Two blocks a row: the third row is late.
    let rows = try feed(tiles, lineTimes: [0, 0, 30, 30]).blocks
    #expect(rows[4].blame == Blame(.dram, component: 7))
    let masks = try feed(tiles, maskTimes: (0..<8).map { $0 < 5 ? 0 : 40 }).blocks
    #expect(masks[5].blame == Blame(.metadata, component: 8))
  }
}
