// SPDX-License-Identifier: Apache-2.0

/// Exact storage of an encoded operand, in bits; data and metadata apart, since they live in different banks and only
/// metadata is a sparsity tax.
public struct EncodedSize: Hashable, Sendable {
  /// Bits of values, explicit zeros included.
  public var dataBits: Int
  /// Bits that say where the values belong.
  public var metadataBits: Int

  public init(dataBits: Int, metadataBits: Int) {
    self.dataBits = dataBits
    self.metadataBits = metadataBits
  }

  public var totalBits: Int { dataBits + metadataBits }
}
