// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Workloads

@Suite("The reference of the layer trace")
struct TraceDocumentationTests {
  private let text: String

  init() throws {
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    text = try String(contentsOf: package.appending(path: "docs/layer-trace.md"), encoding: .utf8)
  }

  @Test func `every key has its row`() {
    let keys =
      ["hssim_trace", "layers"] + LayerReader.keys + LayerReader.convolutionKeys + LayerReader.tensorKeys
      + LayerReader.randomKeys + LayerReader.outputKeys
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("| `") }
    for key in keys {
      #expect(rows.contains { $0.split(separator: "|")[0].contains("`\(key)`") }, "\(key) has no row")
    }
  }

  @Test func `every limit is the one in the code`() {
    func grouped(_ value: Int) -> String {
      let digits = Array(String(value))
      return digits.indices.map { index in
        (index > 0 && (digits.count - index) % 3 == 0 ? "," : "") + String(digits[index])
      }.joined()
    }
    let statements = [
      "M, K and N are 1 to \(grouped(GEMMShape.largestExtent)); A, B and Z have at most \(grouped(GEMMShape.mostElements))",
      "| 1 to \(grouped(ConvolutionShape.largestExtent)), or `[vertical, horizontal]` |",
      "| `groups` | 1 to \(LayerReader.mostGroups) |",
      "| `multiplier` | 1 to \(grouped(Requantisation.multipliers.upperBound)) |",
      "| `shift` | 0 to \(Requantisation.shifts.upperBound) |",
      "A trace has at most \(YAMLDocument.largestFile >> 20) MiB.",
      "a header over \(SafetensorsHeader.largestHeader / 1_000_000) MB",
    ]
    let flowing = text.replacing("\n", with: " ")
    for statement in statements { #expect(flowing.contains(statement), "\(statement)") }
  }

  @Test(arguments: WorkloadError.Kind.allCases) func `every exit code has its row`(kind: WorkloadError.Kind) {
    #expect(text.contains("\n| \(kind.rawValue) | "))
  }
}
