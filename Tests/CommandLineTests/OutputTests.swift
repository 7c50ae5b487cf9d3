// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Files that cannot be made, or must not be touched: nothing is lost and nothing half-made stays.
struct OutputTests {
  private let workspace: Workspace
  private let product = ["simulate", "--gemm", "8x8x8"]

  init() throws { workspace = try Workspace() }

  @Test
  func `a finished run is kept, and replaced when forced`() throws {
    let arguments = product + ["--output", "run.sqlite"]
    #expect(try workspace.hssim(arguments).code == 0)
    let before = try workspace.bytes(of: "run.sqlite")
    let again = try workspace.hssim(arguments)
    #expect(again.code == 73)
    #expect(again.errors.contains("run.sqlite: already holds this run, finished"))
    #expect(try workspace.bytes(of: "run.sqlite") == before)
    #expect(try workspace.hssim(arguments + ["--force"]).code == 0)
    #expect(try workspace.files() == ["run.sqlite"])
  }

  @Test
  func `another run's database is left as it is, unless forced`() throws {
    #expect(try workspace.hssim(product + ["--output", "run.sqlite"]).code == 0)
    let before = try workspace.bytes(of: "run.sqlite")
    for (options, reason) in [(["--seed", "1"], "another run"), (["--record", "summary"], "record_level spans")] {
      let answer = try workspace.hssim(product + ["--output", "run.sqlite"] + options)
      #expect(answer.code == 73)
      #expect(answer.errors.contains(reason) && answer.errors.contains("--force"), "\(answer.errors)")
      #expect(try workspace.bytes(of: "run.sqlite") == before)
    }
    #expect(try workspace.hssim(product + ["--output", "run.sqlite", "--seed", "1", "--force"]).code == 0)
    #expect(try workspace.bytes(of: "run.sqlite") != before)
  }

  @Test(arguments: ["simulate", "prune"])
  func `a file that is no output of ours is left as it is`(command: String) throws {
    try workspace.write("precious", to: "there")
    try workspace.write(
      safetensors(#"{"w":{"dtype":"I8","shape":[4,8],"data_offsets":[0,32]}}"#, dataBytes: 32), to: "w.safetensors")
    let arguments =
      command == "simulate"
      ? product + ["--output", "there"]
      : ["prune", "w.safetensors", "--tensor", "w", "--pattern", "2:4", "--output", "there.safetensors"]
    if command == "prune" { try workspace.write("precious", to: "there.safetensors") }
    let answer = try workspace.hssim(arguments)
    #expect(answer.code == 73)
    #expect(answer.errors.contains("there") && answer.errors.contains("--force"), "\(answer.errors)")
    let name = command == "prune" ? "there.safetensors" : "there"
    #expect(try workspace.bytes(of: name) == Array("precious".utf8))
    #expect(try workspace.hssim(arguments + ["--force"]).code == 0)
    #expect(try workspace.bytes(of: name) != Array("precious".utf8))
  }

  @Test(
    arguments: [
      (["--output", "nowhere/run.sqlite"], 73, "nowhere/run.sqlite"),
      (["--output", "."], 73, "directory"),
      (["--output", "/dev/null"], 73, "/dev/null"),
      (["--output", "run.sqlite", "--result", "nowhere/z.npy"], 73, "nowhere/z.npy"),
      (["--output", "run.sqlite", "--result", "z.csv"], 64, "allowed: .npy, .npz, .safetensors"),
      (["--output", "z.npy", "--result", "z.npy"], 64, "--result z.npy"),
      (["--output", "run.sqlite", "--result", "there.npy"], 73, "there.npy: exists already"),
    ] as [([String], Int32, String)])
  func `a place where nothing can be made is refused before anything runs`(
    _ options: [String], _ code: Int32, _ part: String
  ) throws {
    try workspace.write("precious", to: "there.npy")
    let answer = try workspace.hssim(product + options)
    #expect(answer.code == code, "\(answer.errors)")
    #expect(answer.errors.contains(part), "\(answer.errors)")
    #expect(try workspace.files() == ["there.npy"])
    #expect(try workspace.bytes(of: "there.npy") == Array("precious".utf8))
  }

  @Test
  func `what is read is never written over, even when forced`() throws {
    let layer = "operation: matmul, shape: {M: 3, K: 5, N: 7}, weights: {random: {}}, activations: {random: {}}"
    let text = "hssim_trace: 1\nname: t\nlayers:\n  - {name: a, \(layer)}\n"
    try workspace.write(text, to: "t.yaml")
    let answer = try workspace.hssim("simulate", "t.yaml", "--output", "./t.yaml", "--force")
    #expect(answer.code == 73)
    #expect(answer.errors.contains("--output ./t.yaml"), "\(answer.errors)")
    #expect(try workspace.bytes(of: "t.yaml") == Array(text.utf8))
  }

  /// A limit on the size of files stands for a full disk. The shell ignores the signal that comes with it, as the
  /// program would see a full disk: by the error of a write.
  @Test
  func `a database for which there is no room is not left half-made`() throws {
    let answer = try workspace.shell(
      #"trap '' XFSZ; ulimit -f 8; exec "$HSSIM" simulate --gemm 8x8x8 --output run.sqlite"#)
    #expect(answer.code == 74)
    #expect(answer.errors.contains("run.sqlite: cannot be written"), "\(answer.errors)")
    #expect(try workspace.files().isEmpty)
  }

  @Test
  func `a result for which there is no room is not left half-made, and the run can go on`() throws {
    let options = "simulate --gemm 512x4x512 --record summary --output run.sqlite --result z.npy"
    let answer = try workspace.shell(#"trap '' XFSZ; ulimit -f 1000; exec "$HSSIM" \#(options)"#)
    #expect(answer.code == 74)
    #expect(answer.errors.contains("z.npy: cannot be written"), "\(answer.errors)")
    #expect(try workspace.files() == ["run.sqlite"])
    #expect(try workspace.shell(#"exec "$HSSIM" \#(options)"#).code == 0)
    #expect(try workspace.files() == ["run.sqlite", "z.npy"])
  }

  @Test
  func `an answer that cannot be written is no success`() throws {
    let answer = try workspace.shell(#"exec "$HSSIM" describe design > /dev/full"#)
    #expect(answer.code == 74)
    #expect(answer.errors.contains("standard output"))
  }
}
