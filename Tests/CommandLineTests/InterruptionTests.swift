// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Runs that a signal ends: what they say, what they leave, and that they go on as if nothing had happened.
@Suite(.timeLimit(.minutes(5)))
struct InterruptionTests {
  private static let layers = 6
  private let workspace: Workspace
  private let arguments = ["simulate", "run.yaml", "--output", "run.sqlite"]

  /// The first layer is small, so that the file appears early; each of the others takes a good part of a second.
  init() throws {
    workspace = try Workspace()
    var text = "hssim_trace: 1\nname: interrupted\nlayers:\n"
    for index in 0..<Self.layers {
      let shape = index == 0 ? "{M: 16, K: 32, N: 8}" : "{M: 512, K: 384, N: \(256 + 32 * index)}"
      let pattern = index == 1 ? "pattern: '4:6->2:4'" : ""
      text += """
          - name: layer\(index)
            operation: matmul
            shape: \(shape)
            weights: {random: {\(pattern)}}
            activations: {random: {density: 0.5}}

        """
    }
    try workspace.write(text, to: "run.yaml")
  }

  private var database: StoredDatabase { StoredDatabase(workspace.path("run.sqlite")) }

  /// Gives the command again, and expects what the same run makes that is left alone, in a file of its own.
  private func expectResumable() throws {
    let resumed = try workspace.hssim(arguments)
    #expect(resumed.code == 0, "\(resumed.errors)")
    let whole = try workspace.hssim("simulate", "run.yaml", "--output", "whole.sqlite")
    #expect(whole.code == 0, "\(whole.errors)")
    #expect(try database.status() == "finished")
    #expect(try database.differences(from: StoredDatabase(workspace.path("whole.sqlite"))) == [])
    #expect(try workspace.files() == ["run.sqlite", "run.yaml", "whole.sqlite"])
  }

  @Test(arguments: [(SIGINT, 130, "SIGINT"), (SIGTERM, 143, "SIGTERM")])
  func `a signal ends a run after its last finished layer, and the same command goes on`(
    _ signal: Int32, _ code: Int32, _ name: String
  ) throws {
    let command = try workspace.start(arguments)
    try command.wait(forLayers: 1, in: workspace.path("run.sqlite"))
    command.send(signal)
    let ended = try command.end()
    #expect(ended.end == .exited(code))
    #expect(ended.output.isEmpty)
    let layers = try database.count("layer_summary")
    #expect((1..<Self.layers).contains(layers))
    #expect(ended.errors.hasPrefix("hssim: ended by \(name): run.sqlite holds \(layers) of \(Self.layers) layers"))
    #expect(ended.errors.contains("the same command goes on"))
    // One file, which says that its run is under way.
    #expect(try workspace.files() == ["run.sqlite", "run.yaml"])
    #expect(try database.status() == "running")
    try expectResumable()
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func `a signal before the first layer is finished leaves no file`(signal: Int32) throws {
    let command = try workspace.start(["simulate", "--gemm", "1024x1024x1024", "--output", "run.sqlite"])
    try command.waitUntilHandlingSignals()
    command.send(signal)
    let ended = try command.end()
    #expect(ended.end == .exited(128 + signal), "\(ended.errors)")
    #expect(ended.errors.contains("no layer was finished, so there is no file"))
    #expect(try workspace.files() == ["run.yaml"])
  }

  @Test
  func `a run that is killed again and again ends with the content of one that was not`() throws {
    for layers in [1, 2, 3] {
      let command = try workspace.start(arguments)
      try command.wait(forLayers: layers, in: workspace.path("run.sqlite"))
      command.send(SIGKILL)
      #expect(try command.end().end == .killed(by: SIGKILL))
      #expect((layers..<Self.layers).contains(try database.count("layer_summary")))
      #expect(try database.status() == "running")
    }
    try expectResumable()
  }

  @Test
  func `a run that another process is at is left to it, even when forced`() throws {
    let command = try workspace.start(arguments)
    try command.wait(forLayers: 1, in: workspace.path("run.sqlite"))
    for options in [[], ["--force"]] {
      let answer = try workspace.hssim(arguments + options)
      #expect(answer.code == 73)
      #expect(answer.errors.contains("run.sqlite: is being written by another process"), "\(answer.errors)")
    }
    command.send(SIGTERM)
    #expect(try command.end().end == .exited(143))
    #expect(try database.status() == "running")
  }
}
