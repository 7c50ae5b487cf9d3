// SPDX-License-Identifier: Apache-2.0
import Foundation
import Recording
import Testing

/// What a run leaves behind when it is ended from outside, and how it goes on.
struct InterruptionTests {
  private let workspace: Workspace

  /// The file has its name when the first layer is in it; the second takes long enough to be met.
  private static let trace = """
    hssim_trace: 1
    name: interrupted
    layers:
      - {name: short, operation: matmul, shape: {M: 64, K: 64, N: 64}, weights: {random: {pattern: "2:4"}}, \
    activations: {random: {density: 0.5}}}
      - {name: long, operation: matmul, shape: {M: 1024, K: 1024, N: 768}, weights: {random: {density: 1}}, \
    activations: {random: {density: 1}}}
    """

  init() throws {
    workspace = try Workspace()
    try workspace.write(Self.trace, to: "trace.yaml")
  }

  private static let arguments = ["simulate", "trace.yaml", "--output", "run.sqlite", "--record", "summary"]

  /// Starts the run and waits until its first layer is stored.
  private func runIntoSecondLayer() throws -> Workspace.Running {
    let running = try workspace.start(Self.arguments)
    while running.isRunning, !FileManager.default.fileExists(atPath: workspace.path("run.sqlite")) { usleep(1000) }
    return running
  }

  private func recorded(_ name: String = "run.sqlite") throws -> RecordedRun {
    try RecordedRun(path: workspace.path(name))
  }

  @Test(arguments: [(SIGINT, 130, "SIGINT"), (SIGTERM, 143, "SIGTERM"), (SIGKILL, -9, "")])
  func `a run that was ended goes on after its last layer and becomes the run it would have been`(
    _ signal: Int32, _ code: Int32, _ named: String
  ) throws {
    let running = try runIntoSecondLayer()
    running.send(signal)
    let answer = try running.wait()
    #expect(answer.code == code, "\(answer.errors)")
    #expect(answer.errors.contains(named) || named.isEmpty)
    #expect(answer.errors.contains("1 of 2 layers") || named.isEmpty)
    let partial = try recorded()
    #expect(partial.status == "running")
    #expect(partial.layers.map(\.layer) == ["short"])

    #expect(try workspace.hssim(Self.arguments).code == 0)
    let resumed = try recorded()
    #expect(resumed.status == "finished")
    #expect(resumed.layers.first == partial.layers.first)
    let whole = try workspace.hssim(
      Self.arguments.map { $0 == "run.sqlite" ? "whole.sqlite" : $0 })
    #expect(whole.code == 0)
    #expect(try recorded("whole.sqlite") == resumed)
    #expect(try workspace.allFiles().filter { $0.contains("partial") } == [])
  }

  @Test func `a run ended before its first layer leaves no file`() throws {
    let arguments = ["simulate", "--gemm", "1024x1024x768", "--output", "run.sqlite", "--record", "summary"]
    let running = try workspace.start(arguments)
    running.send(SIGTERM)
    let answer = try running.wait()
    // Before the program listens, the signal itself ends it.
    #expect([143, -SIGTERM].contains(answer.code), "\(answer.errors)")
    #expect(try workspace.allFiles().filter { $0.contains("run.sqlite") } == [])
  }
}
