// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Accelerators

/// The shipped design file says what the schema says, with unit and source beside each value.
struct HighLightDesignFileTests {
  private static let path = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../configs/designs/highlight.yaml").standardized.path

  @Test
  func `the shipped design is the schema's defaults, every one stated`() throws {
    let values = try DesignFile(path: Self.path).values(among: [WeightStationaryDesign.highLight.schema])
    #expect(try values == ParameterValues(defaultsOf: WeightStationaryDesign.highLight.schema, name: "highlight"))
    for key in WeightStationaryDesign.highLight.schema.keys where values.applies(key) {
      #expect(values.origin(of: key) != .defaultValue, "\(key)")
    }
  }

  @Test
  func `every value of the shipped design has its unit and source beside it`() throws {
    let lines = try String(contentsOfFile: Self.path, encoding: .utf8).split(separator: "\n")
    let values = try DesignFile(path: Self.path).values(among: [WeightStationaryDesign.highLight.schema])
    for parameter in WeightStationaryDesign.highLight.schema.parameters where values.applies(parameter.key) {
      let name = parameter.key.split(separator: ".").last ?? ""
      let note = [parameter.unit, parameter.source.description].filter { !$0.isEmpty }.joined(separator: "; ")
      #expect(
        lines.contains { $0.drop { $0 == " " }.hasPrefix("\(name):") && $0.hasSuffix("# \(note)") }, "\(parameter.key)")
    }
  }
}
