// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// A row of the published results, and the calibration design that reproduces it.
struct CSVRow: Sendable, CustomTestStringConvertible {
  let fields: [String: String]

  var testDescription: String { "\(name) \(m)x\(k)x\(n), A \(self["density_A"])" }
  subscript(_ column: String) -> String { fields[column] ?? "" }

  var name: String { self["design"] }
  var m: Int { Int(self["M"]) ?? 0 }
  var k: Int { Int(self["K"]) ?? 0 }
  var n: Int { Int(self["N"]) ?? 0 }
  var cycles: Int64 { Int64(self["cycles"]) ?? 0 }
  var mapping: String { self["loops_outer_to_inner"] }
  var isDense: Bool { self["density_A"] == "1.0" }

  /// The calibration design, by the name of the published one.
  var design: String? {
    [
      "TC": "tc", "STC": "stc", "STC_flexible": "stc-flexible-cp", "STC_flexible-RLE": "stc-flexible-rle",
      "STC_flexible_dualCompress-RLE": "stc-flexible-dual-rle",
    ][name]
  }

  /// Picojoules by level.
  var energy: [String: Double] {
    func sum(_ columns: String...) -> Double { columns.reduce(0) { $0 + (Double(self[$1]) ?? 0) } }
    return [
      "MAC": sum("mac_pJ"), "LRF": sum("lrf_A_pJ", "lrf_B_pJ"), "RF": sum("rf_Z_pJ"),
      "SMEM": sum("smem_A_pJ", "smem_B_pJ"), "DRAM": sum("dram_A_pJ", "dram_B_pJ", "dram_Z_pJ"),
    ]
  }

  /// Every row of the copied table.
  static let all: [CSVRow] = {
    let path = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../../validation/sparseloop-micro22-fig15.csv").standardized
    let text = (try? String(contentsOf: path, encoding: .utf8)) ?? ""
    let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
      .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    guard let header = lines.first else { return [] }
    return lines.dropFirst().map { CSVRow(fields: Dictionary(uniqueKeysWithValues: zip(header, $0))) }
  }()

  /// Those of the designs that hold operand A.
  static let weightStationary = all.filter { $0.design != nil }
  /// Those of DSTC.
  static let dstc = all.filter { $0.name == "DSTC" }
}
