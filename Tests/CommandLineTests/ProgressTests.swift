// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// The line that says how far a run is.
@Suite(.timeLimit(.minutes(5)))
struct ProgressTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  @Test
  func `a terminal sees the layer, its cycles and how far it is, and then nothing of it`() throws {
    let terminal = try Terminal()
    let command = try workspace.start(
      ["simulate", "--gemm", "1024x1024x512", "--output", "run.sqlite"], errors: terminal.programEnd)
    let shown = try terminal.readToEnd()
    #expect(try command.end().end == .exited(0))
    let lines = shown.split(separator: "\r\u{1B}[K")
    #expect(!lines.isEmpty)
    #expect(shown.hasSuffix("\r\u{1B}[K"), "the line is taken off the screen")
    let form =
      /layer 1\/1 gemm: (\d+) cycles, (\d+) % of its bound, (\d+) thousand cycles\/s(, about \d+ (s|min) left)?/
    let numbers = lines.compactMap { $0.wholeMatch(of: form) }.compactMap { match in
      Int(match.1).flatMap { cycle in Int(match.2).map { (cycle: cycle, share: $0) } }
    }
    #expect(numbers.count == lines.count, "\(lines)")
    #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0.cycle < $1.cycle && $0.share <= $1.share })
    #expect(numbers.allSatisfy { $0.cycle > 0 && (0...100).contains($0.share) })
  }

  @Test
  func `a file sees nothing of it`() throws {
    let answer = try workspace.hssim("simulate", "--gemm", "512x512x512", "--output", "run.sqlite")
    #expect(answer.code == 0)
    #expect(answer.errors.isEmpty)
  }
}
