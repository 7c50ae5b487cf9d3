// SPDX-License-Identifier: Apache-2.0

/// Where a transaction is, in a DRAM.
public struct DRAMAddress: Equatable, Sendable {
  public var channel: Int32
  /// Pseudo channel x ranks + rank, within the channel.
  public var rank: Int32
  public var bankGroup: Int32
  /// Within its bank group.
  public var bank: Int32
  public var row: Int32
  /// In transactions.
  public var column: Int32

  public init(
    channel: Int32 = 0, rank: Int32 = 0, bankGroup: Int32 = 0, bank: Int32 = 0, row: Int32 = 0, column: Int32 = 0
  ) {
    self.channel = channel
    self.rank = rank
    self.bankGroup = bankGroup
    self.bank = bank
    self.row = row
    self.column = column
  }
}

/// A field of an address mapping, with the token that a mapping string has for it.
public enum DRAMAddressField: String, CaseIterable, Sendable {
  case channel = "ch"
  case pseudoChannel = "pc"
  case rank = "ra"
  case bankGroup = "bg"
  case bank = "ba"
  case row = "ro"
  case column = "co"

  func count(in organisation: DRAMOrganisation) -> Int {
    switch self {
    case .channel: organisation.channels
    case .pseudoChannel: organisation.pseudoChannels
    case .rank: organisation.ranks
    case .bankGroup: organisation.bankGroups
    case .bank: organisation.banksPerGroup
    case .row: organisation.rows
    case .column: organisation.columns
    }
  }
}

/// How byte addresses spread over a DRAM, written as fields from the most to the least significant bit.
///
/// `ro ba bg ra co ch` puts the channel right above the bytes of a transaction and the row on top. A field may come in
/// pieces, all but one with their width in bits: `ro co ba bg ra co:2` keeps four neighbours in a row, then changes
/// the bank. Fields after a `^` are permuted: in the order written, each is XORed with as many bits of the column as it
/// is wide, taken from the column's lowest bit up: `ro co ba bg ra co:2 ^ ra bg ba ro`. A field of one value may be
/// left out. Addresses beyond the capacity wrap around.
public struct DRAMAddressMapping: Equatable, Sendable, CustomStringConvertible {
  struct Piece: Equatable, Sendable {
    var field: DRAMAddressField
    /// Position in the transaction number, and in the field.
    var shift: UInt64
    var fieldShift: UInt64
    var mask: UInt64
  }

  /// The string it was made from.
  public let description: String
  let transactionShift: UInt64
  private let pieces: [Piece]
  private let permuted: [DRAMAddressField]
  private let permutedBits: [Int]
  private let ranks: UInt64

  /// Throws `DRAMSpecificationError` naming the token that is wrong.
  public init(_ text: String, organisation: DRAMOrganisation) throws(DRAMSpecificationError) {
    try organisation.validate()
    func fail(_ token: some StringProtocol, _ allowed: String) -> DRAMSpecificationError {
      DRAMSpecificationError(field: "address_mapping", value: String(token), allowed: allowed)
    }
    let names = DRAMAddressField.allCases.map(\.rawValue).joined(separator: ", ")
    let sides = text.split(separator: "^", omittingEmptySubsequences: false)
    guard sides.count <= 2, let layout = sides.first else { throw fail(text, "at most one ^") }
    func bits(_ field: DRAMAddressField) -> Int { field.count(in: organisation).trailingZeroBitCount }

    var tokens: [(field: DRAMAddressField, bits: Int?, text: Substring)] = []
    for token in layout.split(separator: " ") {
      let parts = token.split(separator: ":", omittingEmptySubsequences: false)
      guard let field = DRAMAddressField(rawValue: String(parts[0])), parts.count <= 2 else {
        throw fail(token, "fields of \(names), each with an optional :bits")
      }
      guard parts.count == 2 else {
        tokens.append((field, nil, token))
        continue
      }
      guard let width = Int(parts[1]), width >= 1, width <= bits(field) else {
        throw fail(token, "1 to \(bits(field)) bits for \(field.rawValue)")
      }
      tokens.append((field, width, token))
    }
    for field in DRAMAddressField.allCases {
      let own = tokens.filter { $0.field == field }
      let given = own.compactMap(\.bits).reduce(0, +)
      let open = own.count { $0.bits == nil }
      guard open <= 1, open == 1 ? given <= bits(field) : given == bits(field) else {
        throw fail(
          own.isEmpty ? text : own.map { String($0.text) }.joined(separator: " "),
          "\(bits(field)) bits of \(field.rawValue) in all, at most one piece without a width")
      }
    }
    var shift = 0
    var used: [DRAMAddressField: Int] = [:]
    var pieces: [Piece] = []
    for token in tokens.reversed() {
      let given = tokens.filter { $0.field == token.field }.compactMap(\.bits).reduce(0, +)
      let width = token.bits ?? bits(token.field) - given
      pieces.append(
        Piece(
          field: token.field, shift: UInt64(shift), fieldShift: UInt64(used[token.field, default: 0]),
          mask: (1 << UInt64(width)) - 1))
      shift += width
      used[token.field, default: 0] += width
    }
    var permuted: [DRAMAddressField] = []
    if sides.count == 2 {
      for token in sides[1].split(separator: " ") {
        guard let field = DRAMAddressField(rawValue: String(token)), field != .column, field != .channel,
          !permuted.contains(field)
        else { throw fail(token, "after ^ each of pc, ra, bg, ba, ro at most once") }
        permuted.append(field)
      }
    }
    description = text
    transactionShift = UInt64(organisation.transactionBytes.trailingZeroBitCount)
    self.pieces = pieces
    self.permuted = permuted
    permutedBits = permuted.map(bits)
    ranks = UInt64(organisation.ranks)
  }

  /// The place of the transaction that holds a byte.
  public func decode(_ byteAddress: UInt64) -> DRAMAddress { decode(transaction: byteAddress >> transactionShift) }

  /// The place of a transaction, by its number.
  func decode(transaction number: UInt64) -> DRAMAddress {
    var channel: UInt64 = 0
    var pseudoChannel: UInt64 = 0
    var rank: UInt64 = 0
    var bankGroup: UInt64 = 0
    var bank: UInt64 = 0
    var row: UInt64 = 0
    var column: UInt64 = 0
    for piece in pieces {
      let bits = (number &>> piece.shift & piece.mask) &<< piece.fieldShift
      switch piece.field {
      case .channel: channel |= bits
      case .pseudoChannel: pseudoChannel |= bits
      case .rank: rank |= bits
      case .bankGroup: bankGroup |= bits
      case .bank: bank |= bits
      case .row: row |= bits
      case .column: column |= bits
      }
    }
    var key = column
    for (field, width) in zip(permuted, permutedBits) {
      let mask = key & ((1 &<< UInt64(width)) &- 1)
      key &>>= UInt64(width)
      switch field {
      case .pseudoChannel: pseudoChannel ^= mask
      case .rank: rank ^= mask
      case .bankGroup: bankGroup ^= mask
      case .bank: bank ^= mask
      case .row: row ^= mask
      case .channel, .column: preconditionFailure("A mapping never permutes \(field.rawValue).")
      }
    }
    return DRAMAddress(
      channel: Int32(channel), rank: Int32(pseudoChannel * ranks + rank), bankGroup: Int32(bankGroup),
      bank: Int32(bank), row: Int32(row), column: Int32(column))
  }
}
