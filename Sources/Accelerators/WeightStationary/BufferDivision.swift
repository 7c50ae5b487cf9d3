// SPDX-License-Identifier: Apache-2.0
import Hardware

/// Divides the buffer's data and metadata banks into the operands' rings.
///
/// A resident operand needs its largest tile; one that is not, a window. What is left goes to fetching ahead, in
/// rounds: first two windows beyond the need, then twice the tile, then the whole operand.
struct BufferDivision {
  private struct Demand {
    let ring: BufferRing
    /// Lines in order of rounds; the first must be met.
    let rounds: [Int]
  }

  private let demands: [Demand]
  private let dataLines: Int
  private let metadataLines: Int

  init(_ program: LayerProgram, buffer: GlobalBuffer.Specification) {
    dataLines = buffer.dataBytes / Line.byteCount
    metadataLines = buffer.metadataBytes / Line.byteCount
    let nest = program.nest
    let aIsOuter = nest.order == .rowsOuter
    demands =
      Self.demands(program.operandA, nest: nest, isOuter: aIsOuter)
      + Self.demands(program.operandB, nest: nest, isOuter: !aIsOuter)
      + (nest.k.parts > 1 ? [Self.sums(program)] : [])
  }

  /// Spilled sums: a few columns at least, a block at most.
  private static func sums(_ program: LayerProgram) -> Demand {
    let column = program.arrays
    let block = column * ((0..<program.nest.columnBlocks).map(program.columns(inBlock:)).max() ?? 1)
    return Demand(ring: .sums, rounds: [min(block, 4 * column), min(block, 32 * column), block, block])
  }

  private static func demands(_ operand: OperandDirectory, nest: LoopNest, isOuter: Bool) -> [Demand] {
    let isResident = isOuter ? nest.outerIsResident : nest.innerIsResident
    let blocks = isOuter ? nest.outerBlocks : nest.innerBlocks
    let tileBlocks = isResident ? (isOuter ? nest.groupSize : 1) : 0
    return operand.streams.map { stream in
      let largestWindow = stream.mostLines
      var largestTile = largestWindow
      if tileBlocks > 0 {
        for part in 0..<nest.k.parts {
          for first in stride(from: 0, to: blocks, by: tileBlocks) {
            let start = nest.k.storedWindow(ofPart: part, block: first, window: 0, blocks: blocks)
            let count = (min(first + tileBlocks, blocks) - first) * nest.k.windows(ofPart: part)
            largestTile = max(largestTile, stream.lines(start..<start + count))
          }
        }
      }
      let whole = max(largestTile, Int(stream.lineStarts.last ?? 0))
      let need = max(1, largestTile)
      let ahead = min(whole, largestTile + 2 * largestWindow)
      let double = min(whole, max(ahead, isResident ? 2 * largestTile : 16 * largestWindow))
      return Demand(ring: stream.ring, rounds: [need, max(need, ahead), max(need, double), max(need, whole)])
    }
  }

  /// The division; nil if the first round does not fit.
  func plan() -> BufferPlan? {
    guard let data = share(dataLines, demands.filter(\.ring.isData)),
      let metadata = share(metadataLines, demands.filter { !$0.ring.isData })
    else { return nil }
    let lines = data.merging(metadata) { $1 }
    return BufferPlan(
      operandA: lines[.operandA] ?? 0, operandB: lines[.operandB] ?? 0, rank2A: lines[.rank2A] ?? 0,
      rank1A: lines[.rank1A] ?? 0, rank0A: lines[.rank0A] ?? 0, maskB: lines[.maskB] ?? 0, sums: lines[.sums] ?? 0)
  }

  private func share(_ capacity: Int, _ demands: [Demand]) -> [BufferRing: Int]? {
    var shares: [BufferRing: Int] = [:]
    var left = capacity
    for round in 0..<4 {
      for demand in demands {
        let wanted = demand.rounds[round] - (shares[demand.ring] ?? 0)
        guard round > 0 || wanted <= left else { return nil }
        let granted = min(max(wanted, 0), left)
        shares[demand.ring, default: 0] += granted
        left -= granted
      }
    }
    return shares
  }
}
