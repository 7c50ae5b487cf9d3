// SPDX-License-Identifier: Apache-2.0

import Hardware
import Testing

@Suite struct DRAMAddressMappingTests {
  private let organisation = DRAMOrganisation(
    channels: 2, ranks: 2, bankGroups: 4, banksPerGroup: 4, rows: 16, columns: 8, transactionBytes: 64)

  @Test func `fields are taken from the most to the least significant bit`() throws {
    let mapping = try DRAMAddressMapping("ro ba bg ra co ch", organisation: organisation)
    #expect(mapping.decode(0) == DRAMAddress())
    #expect(mapping.decode(63) == DRAMAddress())
    #expect(mapping.decode(64) == DRAMAddress(channel: 1))
    #expect(mapping.decode(128) == DRAMAddress(column: 1))
    #expect(mapping.decode(128 << 3) == DRAMAddress(rank: 1))
    #expect(mapping.decode(128 << 4) == DRAMAddress(bankGroup: 1))
    #expect(mapping.decode(128 << 6) == DRAMAddress(bank: 1))
    #expect(mapping.decode(128 << 8) == DRAMAddress(row: 1))
    #expect(mapping.decode(128 << 12) == DRAMAddress(), "addresses beyond the capacity wrap around")
  }

  @Test func `a field may come in pieces`() throws {
    let mapping = try DRAMAddressMapping("ro co ba bg ra ch co:2", organisation: organisation)
    #expect(mapping.decode(64 * 3) == DRAMAddress(column: 3))
    #expect(mapping.decode(64 * 4) == DRAMAddress(channel: 1))
    #expect(mapping.decode(64 << 8) == DRAMAddress(column: 4))
  }

  @Test func `permuted fields take column bits from the lowest up`() throws {
    let organisation = DRAMOrganisation(
      bankGroups: 4, banksPerGroup: 4, rows: 16, columns: 128, transactionBytes: 64)
    let mapping = try DRAMAddressMapping("ro co ba bg co:2 ^ ra bg ba ro", organisation: organisation)
    // Column 0b1010110: bank group ^ 0b10, bank ^ 0b01, row ^ 0b101.
    let column: UInt64 = 0b10101 << 6 | 0b10
    #expect(mapping.decode(column * 64) == DRAMAddress(bankGroup: 2, bank: 1, row: 5, column: 0b1010110))
  }

  @Test func `pseudo channel and rank make one number`() throws {
    let organisation = DRAMOrganisation(
      pseudoChannels: 2, ranks: 4, banksPerGroup: 4, rows: 16, columns: 8, transactionBytes: 32)
    let mapping = try DRAMAddressMapping("ro ba co ra pc", organisation: organisation)
    #expect(mapping.decode(32 * 0b101).rank == 1 * 4 + 2)
  }

  @Test(arguments: [
    "ro ba bg ra co ch", "ch ro co ra bg ba", "ro co:1 ba co bg:1 ra bg ch", "ro co ba bg ra ch co:1 ^ ra bg ba ro",
    "ro ba bg ra co ch ^ ba ra",
  ])
  func `every mapping is one to one over the whole part`(text: String) throws {
    let mapping = try DRAMAddressMapping(text, organisation: organisation)
    var seen: Set<[Int32]> = []
    for address in stride(from: UInt64(0), to: UInt64(organisation.capacityBytes), by: 64) {
      let place = mapping.decode(address)
      seen.insert([place.channel, place.rank, place.bankGroup, place.bank, place.row, place.column])
    }
    #expect(seen.count == organisation.capacityBytes / 64)
  }

  @Test(arguments: [
    ("ro ba bg ra co", "ch"), ("ro ba bg ra co ch co", "co"), ("ro ba bg ra co:4 ch", "co:4"),
    ("ro ba bg ra co:2 ch", "co:2"), ("ro ba bg ra xx ch", "xx"), ("ro ba bg ra co:x ch", "co:x"),
    ("ro ba bg ra co ch ^ co", "co"), ("ro ba bg ra co ch ^ ba ba", "ba"), ("ro ^ ba ^ bg", "^"), ("", "ch"),
  ])
  func `a mapping that is none is refused by its token`(text: String, token: String) {
    let error = #expect(throws: DRAMSpecificationError.self) {
      try DRAMAddressMapping(text, organisation: organisation)
    }
    #expect(error?.field == "address_mapping")
    #expect(error.map { "\($0.value) \($0.allowed)".contains(token) } == true)
  }
}
