// SPDX-License-Identifier: Apache-2.0
import Statistics

/// The ranks whose metadata crosses the edge of the chip.
public struct MetadataRanks: Equatable, Sendable {
  /// The ranks of operand A, from the highest down.
  public var ofA: [Int]
  /// The rank that causes operand B's metadata; nil for bitmasks, which are of none.
  public var ofB: Int?

  public init(ofA: [Int] = [1, 0], ofB: Int? = nil) {
    self.ofA = ofA
    self.ofB = ofB
  }
}

/// Lines, or transactions, that crossed the edge of the chip, by what they held: what every model of off-chip memory counts.
struct DRAMTraffic: BitwiseCopyable {
  private var dataReads: Int64 = 0
  private var rank2Reads: Int64 = 0
  private var rank1Reads: Int64 = 0
  private var rank0Reads: Int64 = 0
  private var maskReads: Int64 = 0
  private var dataWrites: Int64 = 0
  private var maskWrites: Int64 = 0

  var reads: Int64 { dataReads + rank2Reads + rank1Reads + rank0Reads + maskReads }
  var writes: Int64 { dataWrites + maskWrites }

  mutating func countRead(of ring: BufferRing, _ count: Int64 = 1) {
    switch ring {
    case .operandA, .operandB, .sums: dataReads += count
    case .rank2A: rank2Reads += count
    case .rank1A: rank1Reads += count
    case .rank0A: rank0Reads += count
    case .maskB: maskReads += count
    }
  }

  private func reads(ofRank rank: Int) -> Int64 {
    switch rank {
    case 0: rank0Reads
    case 1: rank1Reads
    default: rank2Reads
    }
  }

  /// - Parameter isMetadata: whether the line holds bitmasks of the result.
  mutating func countWrite(isMetadata: Bool, _ count: Int64 = 1) {
    if isMetadata { maskWrites += count } else { dataWrites += count }
  }

  /// - Parameters:
  ///   - bytes: of what is counted.
  ///   - ranks: whose metadata there is.
  func actionCounts(component: String, bytes: Int, ranks: MetadataRanks) -> [ActionCount] {
    func count(_ action: String, _ count: Int64, tax: Bool = true, rank: Int? = nil) -> ActionCount {
      ActionCount(
        component: component, action: action, count: count, bits: Int64(bytes * 8), isSparsityTax: tax,
        rank: rank)
    }
    return [count("data_read", dataReads, tax: false), count("data_write", dataWrites, tax: false)]
      + ranks.ofA.map { count("metadata_read_rank\($0)", reads(ofRank: $0), rank: $0) }
      + [count("metadata_read_b", maskReads, rank: ranks.ofB), count("metadata_write_z", maskWrites)]
  }

  /// What moves it: a technology's interface, priced by its bits. Off chip, and so without area.
  ///
  /// - Parameters:
  ///   - technology: the name of the macro in price tables.
  ///   - bytes: of what is counted.
  ///   - ranks: whose metadata there is.
  static func inventory(component: String, technology: String, bytes: Int, ranks: MetadataRanks) -> Inventory {
    var list = InventoryList(component)
    let line = Part.macro(technology, bits: bytes * 8)
    list.action("data_read", uses: .using(line, .read))
    list.action("data_write", uses: .using(line, .write))
    for content in ranks.ofA.map({ "rank\($0)" }) + ["b"] {
      list.action("metadata_read_\(content)", uses: .using(line, .metadataRead))
    }
    list.action("metadata_write_z", uses: .using(line, .metadataWrite))
    return list.inventory
  }
}
