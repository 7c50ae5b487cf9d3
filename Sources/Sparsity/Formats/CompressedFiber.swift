// SPDX-License-Identifier: Apache-2.0

/// Rows of A in the format the HighLight machine reads, in flat arrays.
///
/// Of row r and group g (counting groups over all rows, `r * groupsPerRow + g`):
///
/// - block slot b has its offset at `blockOffsets[group * G1 + b]`, in `0..<H1`, ascending and distinct in the group;
/// - value slot v of block slot b has its offset at `valueOffsets[(group * G1 + b) * G0 + v]`, in `0..<H0`, ascending and
///   distinct in the block, and its value at the same index of `values`.
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
  /// One per block slot.
  public let blockOffsets: [UInt8]
  /// One per value slot.
  public let valueOffsets: [UInt8]

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
    let (g1, g0) = (layout.blockSlotsPerGroup, layout.valueSlotsPerBlock)
    for slot in values.indices where values[slot] != 0 {
      let block = slot / g0
      let (row, group) = (block / g1).quotientAndRemainder(dividingBy: groupsPerRow)
      let blockPosition = group * layout.rank1.h + Int(blockOffsets[block])
      let position = blockPosition * layout.rank0.h + Int(valueOffsets[slot])
      result.elements[row * length + position] = values[slot]
    }
    return result
  }
}
