// SPDX-License-Identifier: Apache-2.0
import EnergyArea
import Foundation
import Statistics
import Testing

/// Reading tables, with every mistake named by place, field, value and what is allowed.
struct PriceTableTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../configs/energy").standardized.path

  @Test func `the shipped table prices everything with a source`() throws {
    let table = try PriceTable(named: "45nm", in: Self.folder)
    #expect(table.primitives.count == Primitive.allCases.count)
    #expect(table.primitives.values.allSatisfy { !$0.source.isEmpty })
    #expect(table.macros.values.allSatisfy { !$0.source.isEmpty })
    #expect(table.macros["glb_data"]?.attojoules["read"] == 285_714_640)
    #expect(table.macros["mac_int8"]?.microSquareMicrons == 332_250_000)
    #expect(table.macros["dram"]?.microSquareMicrons == nil)
    #expect(table.primitives[.adder]?.leakageAttowatts == 2_300_000_000_000)
  }

  @Test func `a table written as text reads back as the same table`() throws {
    var table = try PriceTable(named: "45nm", in: Self.folder)
    #expect(try PriceTable(text: table.yamlText, file: "copy.yaml") == table)
    table.name = "odd: \"name\" \\ with # everything"
    table.actions["VFMU.shift_window"] = PriceTable.StatedPrice(value: 1, source: "a\nb\tc")
    table.items["VFMU.shifter"] = PriceTable.StatedPrice(value: 1_500_000, source: "x")
    #expect(try PriceTable(text: table.yamlText, file: "copy.yaml") == table)
  }

  @Test(arguments: [
    ("hssim_prices: 1", "hssim_prices: 2", "hssim_prices: the version '2' is not known; allowed: 1"),
    ("name: sample", "nam: sample", "did you mean 'name'?"),
    ("energy_pj: 0.01,", "energy_pj: -0.01,", "primitives.register.energy_pj: '-0.01' is not a decimal number"),
    ("energy_pj: 0.01,", "energy_pj: nan,", "primitives.register.energy_pj: 'nan' is not a decimal number"),
    ("energy_pj: 0.01,", "energy_pj: 1e99,", "primitives.register.energy_pj: '1e99' is out of range"),
    ("width_bits: 1,", "width_bits: 0,", "primitives.register.width_bits: '0' is out of range"),
    ("area_um2: 6, source: test}", "area_um2: 6}", "primitives.register: source is missing"),
    ("energy_by_depth: square_root", "energy_by_depth: squareroot", "did you mean 'square_root'?"),
    ("{read: 20, write: 30.5}", "{read: 20, wipe: 30.5}", "macros.memory.energy_pj.wipe: this key is not known"),
    ("{read: 20, write: 30.5}", "{}", "macros.memory.energy_pj: there is no action"),
    ("      register:", "      registre:", "did you mean 'register'?"),
    ("source: test", "source: &anchor test", "an anchor; allowed: values written out"),
    ("depth: 1024", "depth: 1024\n    depth: 1024", "the key is given more than once"),
  ])
  func `a mistake is named with its place, value and what is allowed`(old: String, new: String, message: String) {
    let text = SampleTable.text(
      replacing: old.trimmingCharacters(in: .whitespaces), with: new.trimmingCharacters(in: .whitespaces))
    let error = #expect(throws: PriceTableError.self) { try SampleTable.table(text) }
    #expect(error?.exitCode == 65)
    #expect(error?.description.hasPrefix("sample.yaml") == true)
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test func `a table by a wrong name is a mistake of usage, a missing file one of input`() {
    let unknown = #expect(throws: PriceTableError.self) { try PriceTable(named: "45mm", in: Self.folder) }
    #expect(unknown?.exitCode == 64)
    #expect(unknown?.description.contains("did you mean '45nm'?") == true)
    let missing = #expect(throws: PriceTableError.self) { try PriceTable(named: "45nm.yaml", in: Self.folder) }
    #expect(missing?.exitCode == 66)
  }

  /// A price has six decimals, read from the digits, not through binary fractions; halves round to even.
  @Test(arguments: [
    ("0.0000005", 0), ("0.0000015", 2), ("0.00000051", 1), ("285.71464", 285_714_640), ("2.5e-3", 2500),
    ("1e2", 100_000_000),
  ])
  func `prices are rounded once, exactly`(text: String, millionths: Int64) throws {
    let table = try SampleTable.table(SampleTable.text(replacing: "energy_pj: 0.01,", with: "energy_pj: \(text),"))
    #expect(table.primitives[.register]?.attojoules == millionths)
  }

  /// Bytes of a table changed at random are read, or refused with a reason; nothing crashes.
  @Test(arguments: UInt64(0)..<40)
  func `any garbled table is read or refused`(seed: UInt64) {
    var state = seed &* 0x9e37_79b9_7f4a_7c15 &+ 1
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let alphabet = Array("{}[]:,#&*!|>'\"%@`-? \n\t0123456789eE.~abcé".utf8)
    var bytes = Array(SampleTable.text.utf8)
    for _ in 0..<1 + next(6) {
      switch next(3) {
      case 0: bytes[next(bytes.count)] = alphabet[next(alphabet.count)]
      case 1: bytes.insert(alphabet[next(alphabet.count)], at: next(bytes.count))
      default: bytes.remove(at: next(bytes.count))
      }
    }
    do {
      let table = try SampleTable.table(String(decoding: bytes, as: UTF8.self))
      #expect(table.primitives.count == Primitive.allCases.count)
    } catch {
      #expect((error as? PriceTableError)?.description.isEmpty == false, "\(error)")
    }
  }
}
