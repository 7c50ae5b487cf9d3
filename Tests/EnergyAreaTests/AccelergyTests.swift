// SPDX-License-Identifier: Apache-2.0
import EnergyArea
import Testing

/// Tables as Accelergy writes them.
struct AccelergyTests {
  private static let energies = """
    ERT:
      version: '0.4'
      tables:
      - name: system.chip.SMEM[1..2]
        actions:
        - name: read
          arguments: {address_delta: 0, data_delta: 1}
          energy: 100.5
        - name: read
          arguments: {address_delta: 1, data_delta: 1}
          energy: 250.25
        - name: update
          energy: 300
        - name: leak
          energy: 1.5e-2
      - name: system.chip.pe[0..15].mac(1..4)
        actions:
        - {name: mac_random, energy: 0.3}
        - {name: mac_gated, energy: 0.01}
      - name: system.DRAM
        actions: [{name: read, energy: 512}, {name: write, energy: 512}]
    """
  private static let areas = """
    ART:
      version: 0.3
      tables:
      - {name: 'system.chip.SMEM[1..2]', area: 1234.5}
    """

  @Test func `components price macros, and keep nothing of the other technology's energies`() throws {
    let tables = try AccelergyTables(energies: Self.energies, areas: Self.areas)
    #expect(tables.components == ["DRAM", "SMEM", "mac"])
    let base = try SampleTable.table()
    #expect(base.macrosNamedAlike(in: tables) == ["dram": "DRAM", "mac": "mac"])
    let table = try base.importing(tables, ["memory": "SMEM", "mac": "mac", "dram": "DRAM"], source: "ERT.yaml")
    #expect(table.macros["memory"]?.attojoules == ["read": 250_250_000, "write": 300_000_000])
    #expect(table.macros["memory"]?.microSquareMicrons == 1_234_500_000)
    #expect(table.macros["memory"]?.depth == base.macros["memory"]?.depth)
    #expect(table.macros["mac"]?.attojoules == ["compute": 300_000, "gated": 10_000])
    #expect(table.macros["mac"]?.microSquareMicrons == base.macros["mac"]?.microSquareMicrons)
    #expect(table.macros["mac"]?.source == "ERT.yaml, component mac; area of sample")
    #expect(table.macros["dram"]?.attojoules["metadata_read"] == nil)
    #expect(table.macros["dram"]?.microSquareMicrons == nil)
    #expect(try PriceTable(text: table.yamlText, file: "copy") == table)
  }

  @Test(arguments: [
    (["memori": "SMEM"], "no macro 'memori'", "memory"), (["memory": "SMEN"], "no component 'SMEN'", "SMEM"),
  ])
  func `a name that is not there is named with its neighbour`(
    map: [String: String], problem: String, near: String
  ) throws {
    let tables = try AccelergyTables(energies: Self.energies)
    let error = #expect(throws: PriceTableError.self) {
      try SampleTable.table().importing(tables, map, source: "ERT.yaml")
    }
    #expect(error?.exitCode == 64)
    #expect(error?.description.contains(problem) == true)
    #expect(error?.description.contains("did you mean '\(near)'?") == true)
  }

  @Test(arguments: [
    ("ART:\n  tables: []", "there is no ERT"), ("ERT:\n  version: 1", "there are no tables"),
    ("ERT:\n  tables:\n  - name: a", "name and actions"),
    ("ERT:\n  tables:\n  - name: a\n    actions: [{name: b}]", "name and energy"),
    ("ERT:\n  tables:\n  - name: a\n    actions: [{name: b, energy: much}]", "'much' is not a decimal number"),
    ("ERT: [", "this is not YAML"),
  ])
  func `what Accelergy would not write is refused`(text: String, problem: String) {
    let error = #expect(throws: PriceTableError.self) { try AccelergyTables(energies: text, file: "ERT.yaml") }
    #expect(error?.exitCode == 65)
    #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
  }
}
