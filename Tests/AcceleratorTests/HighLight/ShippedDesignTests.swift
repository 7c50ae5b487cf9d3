// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Accelerators

/// The shipped design files say what the schemas say, with unit and source beside each value.
struct ShippedDesignTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../configs/designs").standardized

  private func path(_ name: String) -> String { Self.folder.appending(path: "\(name).yaml").path }

  @Test(arguments: DesignKind.allCases)
  func `the shipped design is the schema's defaults, every one stated`(kind: DesignKind) throws {
    let schema = kind.schema
    let values = try DesignFile(path: path(kind.rawValue)).values(among: DesignKind.schemas)
    #expect(try values == ParameterValues(defaultsOf: schema, name: kind.rawValue))
    for key in schema.keys where values.applies(key) {
      #expect(values.origin(of: key) != .defaultValue, "\(key)")
    }
  }

  @Test(arguments: DesignKind.allCases)
  func `every value of the shipped design has its unit and source beside it`(kind: DesignKind) throws {
    let lines = try String(contentsOfFile: path(kind.rawValue), encoding: .utf8).split(separator: "\n")
    let values = try DesignFile(path: path(kind.rawValue)).values(among: DesignKind.schemas)
    for parameter in values.schema.parameters where values.applies(parameter.key) {
      let name = parameter.key.split(separator: ".").last ?? ""
      let note = [parameter.unit, parameter.source.description].filter { !$0.isEmpty }.joined(separator: "; ")
      #expect(
        lines.contains { $0.drop { $0 == " " }.hasPrefix("\(name):") && $0.hasSuffix("# \(note)") }, "\(parameter.key)")
    }
  }

  /// Variants state what differs, each value with the place it comes from.
  @Test(arguments: [
    "stc-flexible-dual", "calibration/tc", "calibration/stc", "calibration/stc-flexible-cp",
    "calibration/stc-flexible-rle", "calibration/stc-flexible-dual-rle", "calibration/dstc", "calibration/dstc-fig13",
  ])
  func `a variant goes by its name and gives a source for every value`(name: String) throws {
    let file = try DesignFile(path: path(name))
    #expect(file.name == name)
    _ = try file.values(among: DesignKind.schemas)
    let lines = try String(contentsOfFile: path(name), encoding: .utf8).split(separator: "\n")
    let header = ["hssim_design:", "name:", "design:"]
    for line in lines where line.contains(": ") && !line.hasPrefix("#") && !header.contains(where: line.hasPrefix) {
      #expect(
        line.contains("  # ") && (line.contains("Sparseloop artifact") || line.contains("assumption: ")), "\(line)")
    }
  }
}
