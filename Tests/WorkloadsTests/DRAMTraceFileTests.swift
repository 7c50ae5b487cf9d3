// SPDX-License-Identifier: Apache-2.0

import Testing
import Workloads

@Suite struct DRAMTraceFileTests {
  private let lines = [
    DRAMTraceLine(clock: 0, address: 0, isWrite: false),
    DRAMTraceLine(clock: 7, address: 0xffff_ffff_ffc0, isWrite: true),
  ]

  @Test(arguments: DRAMTraceFormat.allCases)
  func `a trace is read back as it was written`(format: DRAMTraceFormat) throws {
    let text = DRAMTraceFile(lines: lines).text(format)
    let read = try DRAMTraceFile(text: Array(text.utf8), file: "t.trace")
    let known = try DRAMTraceFile(text: Array(text.utf8), file: "t.trace", format: format)
    #expect(read == known)
    let expected =
      format == .loadStore ? lines.map { DRAMTraceLine(clock: 0, address: $0.address, isWrite: $0.isWrite) } : lines
    #expect(read.lines == expected)
  }

  @Test func `comments, empty lines, tabs, decimal addresses and line ends of any kind are read`() throws {
    let text = "# made by hand\n\n12\t4096 W\r\n13 0x1000 R"
    let trace = try DRAMTraceFile(text: Array(text.utf8), file: "t.trace")
    #expect(
      trace.lines == [
        DRAMTraceLine(clock: 12, address: 4096, isWrite: true), DRAMTraceLine(clock: 13, address: 4096, isWrite: false),
      ])
    #expect(try DRAMTraceFile(text: [], file: "t.trace").lines.isEmpty)
  }

  @Test(arguments: [
    ("0 0x40 R\n1 0x80 X", 2), ("0 0x40 R\n-1 0x80 R", 2), ("0 0x40 R\n1 0x80", 2), ("0 0x40 R\n\n1 0x80 R R", 3),
    ("0 0x40 R\n1 0x1ffffffffffffffff R", 2), ("LD 0x40\nLD", 2), ("LD 0x40\nld 0x80", 2), ("LD 0x40\n0 0x40 R", 2),
    ("0x40 READ 5\n0x40 READ 9223372036854775808", 2), ("hello", 1), ("0x40 READ", 1), ("0 0x R", 1), ("0 4g R", 1),
  ])
  func `anything else is an error of its line`(text: String, line: Int) {
    let error = #expect(throws: DRAMTraceError.self) {
      try DRAMTraceFile(text: Array(text.utf8), file: "t.trace")
    }
    #expect(error?.line == line)
    #expect(error?.description.hasPrefix("t.trace:\(line): ") == true)
  }
}
