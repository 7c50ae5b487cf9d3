// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Files that are missing or wrong: the exit code, a message that names file, field, value and what is allowed, and no
/// file made.
struct MalformedInputTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  /// Runs a command and expects it to end with `code`, naming all of `parts`, and to leave the folder as it was.
  private func expect(
    _ code: Int32, naming parts: [String], from arguments: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let before = try workspace.files()
    let answer = try workspace.hssim(arguments)
    #expect(answer.code == code, "\(answer.errors)", sourceLocation: sourceLocation)
    #expect(answer.output.isEmpty, sourceLocation: sourceLocation)
    #expect(answer.errors.hasPrefix("hssim: "), "\(answer.errors)", sourceLocation: sourceLocation)
    for part in parts {
      #expect(answer.errors.contains(part), "'\(part)' is not in: \(answer.errors)", sourceLocation: sourceLocation)
    }
    #expect(try workspace.files() == before, sourceLocation: sourceLocation)
  }

  /// A trace of a random layer, then one whose weights are `operand`.
  private func trace(weights operand: String) -> String {
    """
    hssim_trace: 1
    name: t
    layers:
      - name: good
        operation: matmul
        shape: {M: 4, K: 8, N: 2}
        weights: {random: {}}
        activations: {random: {}}
      - name: bad
        operation: linear
        shape: {M: 4, K: 8, N: 2}
        weights: \(operand)
        activations: {random: {}}

    """
  }

  private static let header = #"{"w":{"dtype":"I8","shape":[4,8],"data_offsets":[0,32]}}"#

  @Test(
    arguments: [
      ([], ["is truncated", "0 bytes"]),
      (Array("short".utf8), ["is truncated"]),
      (safetensors("{").dropLast(), ["header"]),
      ([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], ["header"]),
      (safetensors("no json at all"), ["header"]),
      (safetensors("[]"), ["header"]),
      (safetensors(header, dataBytes: 31), ["32", "31"]),
      (safetensors(header, dataBytes: 33), ["has 1 bytes after the last tensor"]),
      (
        safetensors(#"{"w":{"dtype":"I8","shape":[4,9],"data_offsets":[0,32]}}"#, dataBytes: 32),
        ["'w'", "[4, 9] of I8", "32 bytes"]
      ),
      (
        safetensors(#"{"w":{"dtype":"I8","shape":[4,8],"data_offsets":[8,40]}}"#, dataBytes: 40),
        ["'w'", "hole", "byte 0"]
      ),
      (
        safetensors(#"{"w":{"dtype":"I8","shape":[-4,8],"data_offsets":[0,32]}}"#, dataBytes: 32),
        ["'-' at byte 28", "a natural number is expected"]
      ),
      (
        safetensors(#"{"w":{"dtype":"F32","shape":[4,8],"data_offsets":[0,128]}}"#, dataBytes: 128),
        ["layers[1].weights.tensor", "'F32'", "allowed: int8, int16"]
      ),
      (
        safetensors(#"{"W":{"dtype":"I8","shape":[4,8],"data_offsets":[0,32]}}"#, dataBytes: 32),
        ["layers[1].weights.tensor", "w: the file has no such tensor", "allowed: 'W'", "did you mean 'W'?"]
      ),
    ] as [([UInt8], [String])])
  func `a safetensors file that is none is refused`(_ bytes: [UInt8], _ parts: [String]) throws {
    try workspace.write(bytes, to: "w.safetensors")
    try workspace.write(trace(weights: "{file: w.safetensors, tensor: w}"), to: "t.yaml")
    try expect(65, naming: ["t.yaml:12:", "layers[1].weights", "w.safetensors"] + parts, from: ["simulate", "t.yaml"])
  }

  @Test(
    arguments: [
      ([], ["is truncated"]),
      ([0x93] + Array("NUMPI".utf8) + [1, 0, 0, 0], ["is no npy data", "magic"]),
      (npy(npyHeader("|i1", "(4, 8)"), dataBytes: 32, version: 9), ["version 9"]),
      (npy(npyHeader("|i1", "(4, 8)"), dataBytes: 31), ["32", "31"]),
      (npy(npyHeader("|i1", "(4, 8)"), dataBytes: 33), ["32", "33"]),
      (npy(npyHeader("<f4", "(4, 8)"), dataBytes: 128), ["'<f4'", "allowed: int8, int16"]),
      (npy(npyHeader(">i2", "(4, 8)"), dataBytes: 64), [">i2"]),
      (npy(npyHeader("|O", "(4, 8)"), dataBytes: 32), ["|O"]),
      (npy(npyHeader("|i1", "(99999999999, 99999999999)")), ["99999999999"]),
      (npy("{'descr': '|i1'}\n", dataBytes: 32), ["fortran_order"]),
      (npy("nothing", dataBytes: 32), ["header"]),
    ] as [([UInt8], [String])])
  func `an npy file that is none is refused`(_ bytes: [UInt8], _ parts: [String]) throws {
    try workspace.write(bytes, to: "w.npy")
    try workspace.write(trace(weights: "{file: w.npy}"), to: "t.yaml")
    try expect(65, naming: ["t.yaml:12:", "layers[1].weights.file", "w.npy"] + parts, from: ["simulate", "t.yaml"])
  }

  @Test(arguments: [
    ("(8, 4)", 32, ["[8, 4]", "M = 8", "M is 4 by layers[1].shape.M", "allowed: 4"]),
    ("(0, 8)", 0, ["[0, 8]", "M = 0", "allowed: 1 to"]), ("(32,)", 32, ["[32]", "1 dimensions", "allowed: 2: [M, K]"]),
  ])
  func `a tensor of another shape is named with its place in the trace`(
    _ shape: String, _ bytes: Int, _ parts: [String]
  ) throws {
    try workspace.write(npy(npyHeader("|i1", shape), dataBytes: bytes), to: "w.npy")
    try workspace.write(trace(weights: "{file: w.npy}"), to: "t.yaml")
    try expect(65, naming: ["t.yaml:12:", "layers[1].weights.file: the shape"] + parts, from: ["simulate", "t.yaml"])
  }

  @Test(arguments: [
    ("{file: nowhere.safetensors, tensor: w}", "nowhere.safetensors"), ("{file: nowhere.npy}", "nowhere.npy"),
    ("{file: sub/nowhere.npz, tensor: w}", "sub/nowhere.npz"),
  ])
  func `a tensor file that is not there is named with its place in the trace`(_ operand: String, _ file: String) throws
  {
    try workspace.write(trace(weights: operand), to: "t.yaml")
    try expect(
      66, naming: ["t.yaml:12:", "layers[1].weights.file", file, "No such file"], from: ["simulate", "t.yaml"])
  }

  @Test
  func `values that break a declared pattern are found before any layer runs`() throws {
    try workspace.write(npy(npyHeader("|i1", "(4, 8)"), dataBytes: 32), to: "w.npy")
    try workspace.write(trace(weights: "{file: w.npy, pattern: '2:4'}"), to: "t.yaml")
    try expect(65, naming: ["w.npy", "layers[1].weights", "2:4", "row 0"], from: ["simulate", "t.yaml"])
  }

  @Test(arguments: [
    ("", ["is empty"]),
    ("hssim_trace: 1\nname: [\n", ["t.yaml:"]),
    ("hssim_trace: 7\nname: t\nlayers: []\n", ["t.yaml:1:14", "hssim_trace", "'7'", "allowed: 1"]),
    ("hssim_trace: 1\nname: t\nlayer: []\n", ["t.yaml:3:1", "'layer'", "allowed: the keys", "did you mean 'layers'?"]),
    ("hssim_trace: 1\nname: t\nlayers: []\n", ["t.yaml:3:", "layers", "allowed: at least one layer"]),
    ("hssim_trace: 1\nname: a b\nlayers: []\n", ["t.yaml:2:7", "name", "'a b'", "allowed: "]),
    ("\u{0}\u{1}\u{2}", ["t.yaml"]),
  ])
  func `a trace that is none is refused with its place`(_ text: String, _ parts: [String]) throws {
    try workspace.write(text, to: "t.yaml")
    try expect(65, naming: ["t.yaml"] + parts, from: ["simulate", "t.yaml"])
    try expect(65, naming: ["t.yaml"] + parts, from: ["describe", "trace", "t.yaml"])
  }

  @Test(arguments: [
    ("operation: convolve", ["layers[0].operation", "'convolve'", "allowed: linear, conv2d, matmul"]),
    ("repeat: 0", ["layers[0].repeat", "'0'", "allowed: an integer from 1"]),
    ("bits: 12", ["layers[0].bits", "12", "allowed: 8 or 16"]),
    ("shape: {M: 0, K: 8, N: 2}", ["layers[0].shape.M", "'0'", "allowed: an integer from 1"]),
    ("shape: {M: 99999999, K: 8, N: 2}", ["layers[0].shape.M", "'99999999'", "allowed: an integer from 1 to"]),
    ("weights: {random: {pattern: 5:4}}", ["layers[0].weights.random.pattern", "'5:4'"]),
    ("weights: {random: {density: 2}}", ["layers[0].weights.random.density", "'2'", "allowed: a number from 0"]),
    ("weights: {random: {}, colour: red}", ["layers[0].weights.colour", "unknown key", "allowed: the keys"]),
    ("wieghts: {random: {}}", ["layers[0].wieghts", "unknown key", "allowed: the keys", "did you mean 'weights'?"]),
  ])
  func `a wrong value in a layer is named with its key and what is allowed`(
    _ entry: String, _ parts: [String]
  ) throws {
    var entries = [
      "operation: matmul", "shape: {M: 4, K: 8, N: 2}", "weights: {random: {}}", "activations: {random: {}}",
    ]
    let key = entry.prefix { $0 != ":" }
    entries.removeAll { $0.hasPrefix("\(key):") }
    let lines = (["name: l"] + entries + [entry]).joined(separator: "\n    ")
    try workspace.write("hssim_trace: 1\nname: t\nlayers:\n  - \(lines)\n", to: "t.yaml")
    try expect(65, naming: ["t.yaml:"] + parts, from: ["simulate", "t.yaml"])
  }

  @Test(arguments: [
    ("", ["d.yaml"]),
    ("hssim_design: 1\nname: d\ndesign: [\n", ["d.yaml:"]),
    (": : :", ["d.yaml:"]),
    ("hssim_design: 9\nname: d\ndesign: highlight\n", ["d.yaml:1:", "hssim_design", "9", "allowed: "]),
    ("hssim_design: 1\nname: d\ndesign: highlite\n", ["d.yaml:3:", "highlite", "allowed: highlight"]),
    (
      "hssim_design: 1\nname: d\ndesign: highlight\nglb: {data_byte: 64}\n",
      ["d.yaml:4:", "glb.data_byte", "glb.data_bytes"]
    ),
    (
      "hssim_design: 1\nname: d\ndesign: highlight\nglb: {data_bytes: 63}\n",
      ["d.yaml:4:", "glb.data_bytes", "63", "allowed: "]
    ),
    (
      "hssim_design: 1\nname: d\ndesign: highlight\ndram: {model: tmed}\n",
      ["d.yaml:4:", "dram.model", "tmed", "allowed: "]
    ),
    (
      "hssim_design: 1\nname: d\ndesign: highlight\nclock_ghz: fast\n", ["d.yaml:4:", "clock_ghz", "fast", "allowed: "]
    ),
    (
      "hssim_design: 1\nname: d\ndesign: highlight\nclock_ghz: 1\nclock_ghz: 1\n",
      ["d.yaml:", "clock_ghz", "more than once"]
    ),
  ])
  func `a design that is none is refused with its place`(_ text: String, _ parts: [String]) throws {
    try workspace.write(text, to: "d.yaml")
    try expect(65, naming: parts, from: ["simulate", "--gemm", "4x4x4", "--design", "d.yaml"])
    try expect(65, naming: parts, from: ["describe", "design", "d.yaml"])
  }

  @Test(arguments: [
    (["simulate", "nowhere.yaml"], ["nowhere.yaml: ", "such file"]),
    (["simulate", "sub"], ["sub", "regular file"]),
    (["simulate", "--gemm", "4x4x4", "--design", "nowhere.yaml"], ["nowhere.yaml: ", "such file"]),
    (["simulate", "--gemm", "4x4x4", "--design", "sub/d.yaml"], ["sub/d.yaml: ", "there is no such file"]),
    (["describe", "trace", "nowhere.yaml"], ["nowhere.yaml: ", "such file"]),
    (["describe", "design", "nowhere.yaml"], ["nowhere.yaml: ", "such file"]),
    (
      ["prune", "nowhere.safetensors", "--tensor", "w", "--pattern", "2:4", "--output", "o.safetensors"],
      ["nowhere.safetensors", "No such file"]
    ),
  ])
  func `a file that is not there is named`(_ arguments: [String], _ parts: [String]) throws {
    try FileManager.default.createDirectory(atPath: workspace.path("sub"), withIntermediateDirectories: true)
    try expect(66, naming: parts, from: arguments)
  }

  @Test
  func `a folder of configurations that is none is named`() throws {
    let answer = try workspace.hssim("describe", "design", environment: ["HSSIM_CONFIGS": "/nowhere"])
    #expect(answer.code == 66)
    #expect(answer.errors.contains("HSSIM_CONFIGS: /nowhere has no folder designs"))
  }

  @Test(arguments: [
    ("v", "2:4", "1", 65, ["w.safetensors: v: ", "no such tensor", "allowed: 'w', 'f'"]),
    ("w", "4:2", "1", 64, ["4:2"]),
    ("w", "dense", "1", 64, ["--pattern", "dense", "allowed: "]),
    ("w", "2:4", "2", 64, ["--dimension 2", "tensor w", "allowed: 0 to 1"]),
    ("w", "2:4", "-1", 64, ["dimension"]),
    ("f", "2:4", "0", 65, ["w.safetensors", "f", "'F32'", "allowed: int8, int16"]),
  ])
  func `what cannot be pruned is named`(
    _ tensor: String, _ pattern: String, _ dimension: String, _ code: Int32, _ parts: [String]
  ) throws {
    let header =
      #"{"w":{"dtype":"I8","shape":[4,8],"data_offsets":[0,32]},"f":{"dtype":"F32","shape":[2],"data_offsets":[32,40]}}"#
    try workspace.write(safetensors(header, dataBytes: 40), to: "w.safetensors")
    try expect(
      code, naming: parts,
      from: [
        "prune", "w.safetensors", "--tensor", tensor, "--pattern", pattern, "--dimension=\(dimension)", "--output",
        "o.safetensors",
      ])
  }

  @Test(arguments: [[], [1, 2, 3], safetensors("{}}"), safetensors(header, dataBytes: 12)] as [[UInt8]])
  func `a file that is no safetensors is not pruned`(_ bytes: [UInt8]) throws {
    try workspace.write(bytes, to: "w.safetensors")
    try expect(
      65, naming: ["w.safetensors"],
      from: ["prune", "w.safetensors", "--tensor", "w", "--pattern", "2:4", "--output", "o.safetensors"])
  }
}
