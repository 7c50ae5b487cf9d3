// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Recording

struct ReferenceTests {
  @Test
  func `docs slash database is the reference that the schema generates`() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let file = root.appendingPathComponent("docs/database.md")
    // To renew the file: HSSIM_UPDATE_REFERENCE=1 swift test --filter ReferenceTests
    if ProcessInfo.processInfo.environment["HSSIM_UPDATE_REFERENCE"] == "1" {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try DatabaseReference.markdown().write(to: file, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOf: file, encoding: .utf8) == DatabaseReference.markdown())
  }

  @Test
  func `the reference describes every relation and column`() {
    let text = DatabaseReference.markdown()
    for relation in Schema.relations {
      #expect(text.contains("### `\(relation.name)`"))
      for column in relation.columns { #expect(text.contains("| `\(column.name)` | \(column.unit) |")) }
    }
  }
}
