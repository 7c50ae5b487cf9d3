// SPDX-License-Identifier: Apache-2.0

import GRDB
import Testing

@testable import Recording

/// Names and hashes that must be the same in every process.
struct DescriptionTests {
  @Test(arguments: [
    ("highlight", "minilm-block0", "highlight-minilm-block0-01234567.sqlite"),
    ("my designs/a b", "1024x1024x1024", "my-designs-a-b-1024x1024x1024-01234567.sqlite"),
    ("-rf", "../../x", "rf-x-01234567.sqlite"),
    ("", "…", "unnamed-unnamed-01234567.sqlite"),
    (String(repeating: "d", count: 500), "t", "\(String(repeating: "d", count: 100))-t-01234567.sqlite"),
  ])
  func `the default file name is safe and ends in the content id`(design: String, workload: String, name: String) {
    var run = RunDescription.example(design: design)
    run.workload = workload
    #expect(run.defaultFileName == name)
  }

  @Test
  func `the hash of known input is known`() {
    // FNV-1a of "a" is af63dc4c8601ec8c; then its length goes through splitmix64.
    var hash = StableHash()
    #expect(hash.value == 0xcbf2_9ce4_8422_2325)
    hash.combine(0xcbf2_9ce4_8422_2325)
    #expect(hash.value == 0xe220_a839_7b1d_cdaf)
    var text = StableHash()
    text.combine("a")
    var reference = StableHash()
    reference.combine(reference.value ^ (0xaf63_dc4c_8601_ec8c ^ 1))
    #expect(text == reference)
  }

  @Test
  func `the hash tells order and boundaries apart`() {
    func hash(_ parts: [String]) -> UInt64 {
      var hash = StableHash()
      for part in parts { hash.combine(part) }
      return hash.value
    }
    let inputs = [["ab", "c"], ["a", "bc"], ["abc"], ["c", "ab"], ["abc", ""], []]
    #expect(Set(inputs.map(hash)).count == inputs.count)
  }

  @Test(arguments: [0, 1, 0xff, .max, 0x0123_4567_89ab_cdef] as [UInt64])
  func `a hash is written as 16 digits and read back`(hash: UInt64) {
    #expect(hash.hashText.count == 16)
    #expect(UInt64(hashText: hash.hashText) == hash)
  }
}
