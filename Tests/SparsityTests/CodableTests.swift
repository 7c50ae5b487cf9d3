// SPDX-License-Identifier: Apache-2.0

import Foundation
import Sparsity
import Testing

struct CodableTests {
  @Test func `patterns and rules are coded as their notation`() throws {
    let pattern = try Pattern("RS->C1(4:6)->C0(2:4)")
    let rule = try HardwareRule(HardwareRuleTests.highLightText)
    #expect(try JSONDecoder().decode(Pattern.self, from: JSONEncoder().encode(pattern)) == pattern)
    #expect(try JSONDecoder().decode(HardwareRule.self, from: JSONEncoder().encode(rule)) == rule)
    #expect(try JSONDecoder().decode([Pattern].self, from: Data(#"["3:4->2:4"]"#.utf8))[0].density == Ratio(3, 8))
    #expect(throws: PatternError.self) { try JSONDecoder().decode([Pattern].self, from: Data(#"["3:2"]"#.utf8)) }
  }
}
