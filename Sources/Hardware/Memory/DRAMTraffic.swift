// SPDX-License-Identifier: Apache-2.0
import Statistics

/// Lines, or transactions, that crossed the edge of the chip, by what they held: what every model of off-chip memory counts.
struct DRAMTraffic: BitwiseCopyable {
  private var dataReads: Int64 = 0
  private var rank1Reads: Int64 = 0
  private var rank0Reads: Int64 = 0
  private var maskReads: Int64 = 0
  private var dataWrites: Int64 = 0
  private var maskWrites: Int64 = 0

  var reads: Int64 { dataReads + rank1Reads + rank0Reads + maskReads }
  var writes: Int64 { dataWrites + maskWrites }

  mutating func countRead(of ring: BufferRing, _ count: Int64 = 1) {
    switch ring {
    case .operandA, .operandB, .sums: dataReads += count
    case .rank1A: rank1Reads += count
    case .rank0A: rank0Reads += count
    case .maskB: maskReads += count
    }
  }

  /// - Parameter isMetadata: whether the line holds bitmasks of the result.
  mutating func countWrite(isMetadata: Bool, _ count: Int64 = 1) {
    if isMetadata { maskWrites += count } else { dataWrites += count }
  }

  /// - Parameters:
  ///   - bytes: of what is counted.
  ///   - operandBRank: the rank that causes operand B's metadata; nil for bitmasks.
  func actionCounts(component: String, bytes: Int, operandBRank: Int?) -> [ActionCount] {
    func count(_ action: String, _ count: Int64, tax: Bool = true, rank: Int? = nil) -> ActionCount {
      ActionCount(
        component: component, action: action, count: count, bits: Int64(bytes * 8), isSparsityTax: tax,
        rank: rank)
    }
    return [
      count("data_read", dataReads, tax: false),
      count("data_write", dataWrites, tax: false),
      count("metadata_read_rank1", rank1Reads, rank: 1),
      count("metadata_read_rank0", rank0Reads, rank: 0),
      count("metadata_read_b", maskReads, rank: operandBRank),
      count("metadata_write_z", maskWrites),
    ]
  }

  /// What moves it: a technology's interface, priced by its bits. Off chip, and so without area.
  ///
  /// - Parameters:
  ///   - technology: the name of the macro in price tables.
  ///   - bytes: of what is counted.
  static func inventory(component: String, technology: String, bytes: Int) -> Inventory {
    var list = InventoryList(component)
    let line = Part.macro(technology, bits: bytes * 8)
    list.action("data_read", uses: .using(line, .read))
    list.action("data_write", uses: .using(line, .write))
    for content in ["rank1", "rank0", "b"] {
      list.action("metadata_read_\(content)", uses: .using(line, .metadataRead))
    }
    list.action("metadata_write_z", uses: .using(line, .metadataWrite))
    return list.inventory
  }
}
