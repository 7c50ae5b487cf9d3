// SPDX-License-Identifier: Apache-2.0

/// Rows of A in the format the HighLight machine reads, in flat arrays.
///
/// A group of the highest rank has G slots, each of these G slots of the rank below, and so on; slots of a rank are
/// numbered over all groups and rows, in order. A slot of rank r has its offset among the H of its group at
/// `offsets[r][slot]`, in `0..<H`, ascending and distinct in the group. With two ranks, of row r and group g (counting
/// groups over all rows, `r * groupsPerRow + g`):
///
/// - block slot b has its offset at `blockOffsets[group * G1 + b]`;
/// - value slot v of block slot b has its offset at `valueOffsets[(group * G1 + b) * G0 + v]`, and its value at the same
///   index of `values`.
///
/// The value stands at position `(g * H1 + blockOffset) * H0 + valueOffset` of the row; every position not named is 0.
/// A slot that no non-zero needs is a *filler*: it takes the smallest offset not in use, and its values are 0.
public struct CompressedFiber: Hashable, Sendable {
  public let layout: HSSLayout
  /// Number of rows held.
  public let rows: Int
  /// Length of a row before padding, in positions.
  public let length: Int
  /// Groups of one row, those of padding included.
  public let groupsPerRow: Int
  /// One per value slot.
  public let values: [Int16]
  /// By rank from 0, one per slot.
  public let offsets: [[UInt8]]

  /// Offsets of blocks in their groups of rank 1, one per block slot.
  public var blockOffsets: [UInt8] { offsets[1] }
  /// Offsets of values in their blocks, one per value slot.
  public var valueOffsets: [UInt8] { offsets[0] }

  /// Exact storage for values of `valueBits`: every slot counts, fillers and padding included; a rank with G = H stores
  /// no offsets.
  public func size(valueBits: Int) -> EncodedSize {
    EncodedSize(
      dataBits: values.count * valueBits,
      metadataBits: rows * groupsPerRow * layout.metadataBitsPerGroup)
  }

  /// The rows in full, [rows, length].
  public func decoded() -> Tensor<Int16> {
    var result = Tensor<Int16>(shape: [rows, length], repeating: 0)
    for slot in values.indices where values[slot] != 0 {
      // From rank 0 up: where in its group the slot lies, and which slot of the rank above has that group.
      var (index, position, size) = (slot, 0, 1)
      for (rank, rule) in layout.ranks.reversed().enumerated() {
        position += Int(offsets[rank][index]) * size
        size *= rule.h
        index /= rule.g
      }
      let (row, group) = index.quotientAndRemainder(dividingBy: groupsPerRow)
      result.elements[row * length + group * size + position] = values[slot]
    }
    return result
  }
}
