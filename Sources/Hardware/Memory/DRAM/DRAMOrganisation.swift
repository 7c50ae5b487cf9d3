// SPDX-License-Identifier: Apache-2.0

/// The hierarchy of a DRAM: how many of each part the part above it holds.
public struct DRAMOrganisation: Equatable, Sendable {
  /// Independent channels, each with its own command and data bus.
  public var channels: Int
  /// Pseudo channels of a channel: they share its command bus and have a data bus each (HBM2); 1 elsewhere.
  public var pseudoChannels: Int
  /// Ranks of a (pseudo) channel: they share its command and data bus.
  public var ranks: Int
  /// Bank groups of a rank; 1 where the part has none (LPDDR4).
  public var bankGroups: Int
  /// Banks of a bank group.
  public var banksPerGroup: Int
  /// Rows of a bank.
  public var rows: Int
  /// Transactions (bursts) of a row.
  public var columns: Int
  /// Bytes that one column command moves.
  public var transactionBytes: Int

  public init(
    channels: Int = 1, pseudoChannels: Int = 1, ranks: Int = 1, bankGroups: Int = 1, banksPerGroup: Int, rows: Int,
    columns: Int, transactionBytes: Int
  ) {
    self.channels = channels
    self.pseudoChannels = pseudoChannels
    self.ranks = ranks
    self.bankGroups = bankGroups
    self.banksPerGroup = banksPerGroup
    self.rows = rows
    self.columns = columns
    self.transactionBytes = transactionBytes
  }

  /// Ranks of a channel over all its pseudo channels.
  @inlinable
  public var ranksPerChannel: Int { pseudoChannels * ranks }

  @inlinable
  public var banksPerRank: Int { bankGroups * banksPerGroup }

  @inlinable
  public var banksPerChannel: Int { ranksPerChannel * banksPerRank }

  /// Bytes over all channels.
  public var capacityBytes: Int { channels * banksPerChannel * rows * columns * transactionBytes }

  /// A count as a configuration file knows it.
  public struct Field: Sendable {
    public let name: String
    public let path: WritableKeyPath<DRAMOrganisation, Int> & Sendable
    public let maximum: Int
    /// Whether a configuration may leave it out, for 1.
    public let isOptional: Bool
    /// What it is, in one sentence.
    public let meaning: String

    init(
      _ name: String, _ path: WritableKeyPath<DRAMOrganisation, Int> & Sendable, _ maximum: Int,
      isOptional: Bool = false, _ meaning: String
    ) {
      self.meaning = meaning
      self.name = name
      self.path = path
      self.maximum = maximum
      self.isOptional = isOptional
    }
  }

  /// Every count.
  public static let fields: [Field] = [
    Field(
      "channels", \.channels, 64, isOptional: true,
      "Independent channels, each with its own command and data bus."),
    Field(
      "pseudo_channels", \.pseudoChannels, 8, isOptional: true,
      "Pseudo channels of a channel, which share its command bus."),
    Field("ranks", \.ranks, 16, isOptional: true, "Ranks of a (pseudo) channel, which share its buses."),
    Field("bank_groups", \.bankGroups, 16, isOptional: true, "Bank groups of a rank; 1 where the part has none."),
    Field("banks_per_group", \.banksPerGroup, 64, "Banks of a bank group."),
    Field("rows", \.rows, 1 << 24, "Rows of a bank."),
    Field("columns", \.columns, 1 << 16, "Transactions (bursts) of a row."),
    Field("transaction_bytes", \.transactionBytes, 4096, "Bytes that one column command moves."),
  ]

  /// Throws where a count is no power of two within its range: addresses are decoded by bits.
  func validate() throws(DRAMSpecificationError) {
    for field in Self.fields {
      let value = self[keyPath: field.path]
      guard value >= 1, value <= field.maximum, value & (value - 1) == 0 else {
        throw DRAMSpecificationError(
          field: "organisation.\(field.name)", value: "\(value)",
          allowed: "a power of two from 1 to \(field.maximum)")
      }
    }
  }
}
