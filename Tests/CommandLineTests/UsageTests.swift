// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import Testing

/// Command lines that are wrong: exit code 64, with the option and what is allowed, and no file.
struct UsageTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  @Test(arguments: [
    (["simulate", "--gemm", "0x8x8"], ["0x8x8"]),
    (["simulate", "--gemm", "8x8"], ["MxKxN"]),
    (["simulate", "--gemm", "8x8x8x8"], ["8x8x8x8", "MxKxN"]),
    (["simulate", "--gemm", "-8x8x8"], ["--gemm"]),
    (["simulate", "--gemm", "99999999999999999999x8x8"], ["99999999999999999999"]),
    (["simulate", "--gemm", "16777216x16777216x1"], ["allowed"]),
    (["simulate", "--gemm", "8x8x8", "--pattern", "5:4"], ["5:4"]),
    (["simulate", "--gemm", "8x8x8", "--pattern", ""], ["pattern"]),
    (["simulate", "--gemm", "8x8x8", "--pattern", "2:4", "--density-a", "0.5"], ["--density-a"]),
    (["simulate", "--gemm", "8x8x8", "--density-a", "-0.1"], ["density-a"]),
    (["simulate", "--gemm", "8x8x8", "--density-b", "1.5"], ["1.5"]),
    (["simulate", "--gemm", "8x8x8", "--pattern-b", "9:8"], ["--pattern-b", "9:8"]),
    (["simulate", "--gemm", "8x8x8", "--pattern-b", "4:8", "--density-b", "0.5"], ["--density-b", "--pattern-b"]),
    (["compare", "t.yaml", "--designs", "tc", "--pattern-b", "4:8"], ["--pattern-b", "--gemm"]),
    (["simulate", "--gemm", "8x8x8", "--density-b", "nan"], ["nan"]),
    (["simulate", "--gemm", "8x8x8", "--density-b", "half"], ["'half'", "--density-b"]),
    (["simulate", "--gemm", "8x8x8", "--set", "glb.data_byte=64"], ["did you mean", "glb.data_bytes"]),
    (["simulate", "--gemm", "8x8x8", "--set", "glb.data_bytes=63"], ["glb.data_bytes", "63", "allowed: "]),
    (["simulate", "--gemm", "8x8x8", "--set", "glb.data_bytes"], ["glb.data_bytes"]),
    (["simulate", "--gemm", "8x8x8", "--set", "dram.model=fast"], ["dram.model", "fast", "allowed: "]),
    (
      ["simulate", "--gemm", "8x8x8", "--design", "highlite"], ["highlite", "allowed: ", "did you mean"]
    ),
    (["simulate", "--gemm", "8x8x8", "--record", "event"], ["--record event", "allowed: summary, spans, events"]),
    (["simulate", "--gemm", "8x8x8", "--record", "all"], ["--record all", "allowed: summary, spans"]),
    (["simulate", "--gemm", "8x8x8", "--seed", "-1"], ["--seed"]),
    (
      ["simulate", "--gemm", "8x8x8", "--seed", "9223372036854775808"], ["9223372036854775808", "9223372036854775807"]
    ),
    (["simulate", "--gemm", "8x8x8", "--format", "xml"], ["'xml'", "--format", "'text' and 'json'"]),
    (["simulate", "--gemm", "8x8x8", "--unknown"], ["--unknown"]),
    (["simulate", "--gemm"], ["--gemm"]),
    (["simulate", "t.yaml", "--gemm", "8x8x8"], ["--gemm", "one of the two"]),
    (["simulate", "resnet05"], ["resnet05", "allowed: ", "did you mean 'resnet50'"]),
    (["simulate", "resnet50", "--density-a", "0.5"], ["--density-a", "--gemm"]),
    (["simulate", "resnet50", "--parameter", "length=3"], ["has no parameter 'length'"]),
    (
      ["simulate", "bert-base", "--parameter", "sequence_lenght=3"], ["allowed: ", "did you mean 'sequence_length'"]
    ),
    (["simulate", "bert-base", "--parameter", "sequence_length=0"], ["'0'", "allowed: an integer from 1"]),
    (["simulate", "resnet50", "--layers", "conv2"], ["'conv2'", "did you mean 'conv1'"]),
    (["simulate", "resnet50", "--layers", "layer9.*"], ["'layer9.*'", "allowed: "]),
    (["simulate", "resnet50", "--layers", "1-99"], ["'1-99'", "allowed: positions from 1 to "]),
    (["simulate", "resnet50", "--layers", "conv1,"], ["a term is empty"]),
    (["simulate", "--gemm", "8x8x8", "--layers", "1"], ["--layers 1", "--gemm"]),
    (["simulate", "--gemm", "8x8x8", "--jobs", "0"], ["--jobs 0", "1 to 256"]),
    (["simulate", "t.yaml", "u.yaml"], ["u.yaml"]),
    (["simulate"], ["--gemm"]),
    (["simulated"], ["simulated"]),
    (["--unknown"], ["--unknown"]),
    (["describe", "pattern"], ["<pattern>"]),
    (["describe", "pattern", "x:y"], ["x:y"]),
    (["describe", "pattern", "C1(4:{8<=H<=4})"], ["C1(4:{8<=H<=4})"]),
    (["describe", "design", "highlite"], ["highlite", "allowed: "]),
    (["describe", "design", "--format", "json"], ["'json'", "--format", "'text' and 'yaml'"]),
    (["describe", "design", "--set", "x=1"], ["x"]),
    (["describe", "trace"], ["<trace.yaml>"]),
    (["describe", "metric", "utilisation"], ["utilisation", "did you mean", "utilization"]),
    (["describe", "everything"], ["everything"]),
    (["prune"], ["<file>"]),
    (["prune", "w.safetensors", "--pattern", "2:4", "--output", "o.safetensors"], ["--tensor"]),
    (["prune", "w.safetensors", "--tensor", "w", "--output", "o.safetensors"], ["--pattern"]),
    (["prune", "w.safetensors", "--tensor", "w", "--pattern", "2:4"], ["--output"]),
    (
      ["prune", "w.safetensors", "--tensor", "w", "--tensor", "w", "--pattern", "2:4", "--output", "o.safetensors"],
      ["--tensor w", "twice"]
    ),
  ])
  func `a mistake is named and leaves no file`(_ arguments: [String], _ parts: [String]) throws {
    let answer = try workspace.hssim(arguments)
    #expect(answer.code == 64, "\(answer.errors)")
    #expect(answer.output.isEmpty)
    #expect(answer.errors.hasPrefix("hssim: "))
    for part in parts { #expect(answer.errors.contains(part), "'\(part)' is not in: \(answer.errors)") }
    #expect(try workspace.files().isEmpty)
  }

  @Test(arguments: [[], ["--help"], ["-h"], ["help"], ["describe"], ["help", "simulate"], ["simulate", "--help"]])
  func `help is an answer`(arguments: [String]) throws {
    let answer = try workspace.hssim(arguments)
    #expect(answer.code == 0)
    #expect(answer.output.contains("USAGE: hssim"))
    #expect(answer.errors.isEmpty)
  }

  @Test
  func `the version is that of the runs`() throws {
    let version = try workspace.hssim("--version")
    #expect(version.code == 0)
    #expect(try workspace.hssim("simulate", "--gemm", "8x8x8", "--output", "run.sqlite").code == 0)
    let stored = try StoredDatabase(workspace.path("run.sqlite")).read {
      try String.fetchOne($0, sql: "SELECT version FROM run")
    }
    #expect(stored == version.output.trimmingCharacters(in: .newlines))
  }
}
