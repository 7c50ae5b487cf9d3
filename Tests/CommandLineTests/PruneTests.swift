// SPDX-License-Identifier: Apache-2.0
import Foundation
import Sparsity
import Testing
import Workloads

/// `hssim prune` on tensors and on traces.
struct PruneTests {
  private let workspace: Workspace

  /// `conv` [2, 8, 2, 2], `first` [2, 3, 2, 2], `fc` [4, 16] int16, `x` and the trace of all three.
  init() throws {
    workspace = try Workspace()
    func values(_ count: Int, _ factor: Int) -> [Int8] { (0..<count).map { Int8(($0 * factor) % 251 - 125) } }
    try TensorFile.write(
      [
        ("conv", .int8(Tensor(shape: [2, 8, 2, 2], elements: values(64, 37)))),
        ("first", .int8(Tensor(shape: [2, 3, 2, 2], elements: values(24, 17)))),
        ("fc", .int16(Tensor(shape: [4, 16], elements: values(64, 91).map { Int16($0) * 100 }))),
      ], to: workspace.path("w.safetensors"))
    try workspace.write(
      """
      hssim_trace: 1
      name: net
      layers:
      - name: first
        operation: conv2d
        shape: {M: 2, C: 3, H: 5, W: 5, R: 2, S: 2}
        weights: {file: w.safetensors, tensor: first}
        activations: {random: {density: 1}}
      - name: conv
        operation: conv2d
        shape: {M: 2, C: 8, H: 5, W: 5, R: 2, S: 2}
        weights: {file: w.safetensors, tensor: conv, pattern: "2:4", prune: magnitude}
        activations: {random: {density: 1}}
      - name: fc
        operation: linear
        shape: {M: 4, K: 16, N: 2}
        weights: {file: w.safetensors, tensor: fc}
        activations: {random: {density: 1}}

      """, to: "net.yaml")
  }

  private func elements(_ file: String, _ tensor: String) throws -> Tensor<Int16> {
    try TensorFile(path: workspace.path(file)).readInt16(tensor)
  }

  @Test func `a trace's layers are pruned onto what they declare, as simulate prunes them`() throws {
    let answer = try workspace.hssim("prune", "net.yaml", "--output", "p.safetensors")
    #expect(answer.code == 0, "\(answer.errors)")
    #expect(answer.errors.contains("layer first declares no pattern and stays dense"))
    #expect(answer.output.contains("1 tensor: "))
    let pruned = try elements("p.safetensors", "conv")
    #expect(try elements("p.safetensors", "fc") == elements("w.safetensors", "fc"))
    let layers = try LayerTrace(path: workspace.path("net.yaml")).layers
    #expect(try layers[1].load(seed: 0).a == pruned.weightRows.elements)
  }

  @Test func `a whole trace takes one pattern, but for layers with too few channels`() throws {
    let words = ["prune", "net.yaml", "--pattern", "1:2->2:4", "--output", "p.safetensors"]
    let answer = try workspace.hssim(words)
    #expect(answer.code == 0, "\(answer.errors)")
    #expect(answer.errors.contains("layer first stays dense"))
    let pattern = try Pattern("1:2->2:4")
    for name in ["conv", "fc"] {
      #expect(pattern.firstViolation(in: try elements("p.safetensors", name).weightRows, along: 1) == nil)
    }
    #expect(try elements("p.safetensors", "first") == elements("w.safetensors", "first"))
    let some = try workspace.hssim(words + ["--layers", "fc", "--force"])
    #expect(some.output.contains("fc      4x16   C1(1:2)->C0(2:4)"))
    #expect(try elements("p.safetensors", "conv") == elements("w.safetensors", "conv"))
  }

  @Test func `a trace of three ranks is pruned and run on the design that has three`() throws {
    let values: [Int8] = (0..<1024).map { place in Int8(place * 57 % 251 - 125) }
    try TensorFile.write(
      [("fc", .int8(Tensor(shape: [8, 128], elements: values)))], to: workspace.path("3.safetensors"))
    try workspace.write(
      """
      hssim_trace: 1
      name: three
      layers:
      - name: fc
        operation: linear
        shape: {M: 8, K: 128, N: 9}
        weights: {file: 3.safetensors, tensor: fc, pattern: "C2(2:4)->C1(4:4)->C0(2:4)", prune: magnitude}
        activations: {random: {density: 0.5}}

      """, to: "three.yaml")
    let pattern = try Pattern("2:4->4:4->2:4")
    let weights = try LayerTrace(path: workspace.path("three.yaml")).layers[0].load(seed: 0).a
    #expect(pattern.firstViolation(in: Tensor(shape: [8, 128], elements: weights), along: 1) == nil)
    #expect(weights.count { $0 != 0 } == 8 * 128 / 4)
    let answer = try workspace.hssim(
      "simulate", "three.yaml", "--design", "highlight-3rank", "--output", "three.sqlite")
    #expect(answer.code == 0, "\(answer.errors)")
    let database = StoredDatabase(workspace.path("three.sqlite"))
    let layers = try database.texts("SELECT pattern_executed, verified FROM layer_summary")
    #expect(layers == [["C2(2:4)->C1(4:4)->C0(2:4)", "1"]])
    let ranks = try database.texts(
      """
      SELECT DISTINCT rank FROM sparsity_tax WHERE quantity = 'energy' AND value > 0 AND rank IS NOT NULL ORDER BY rank
      """)
    #expect(ranks == [["0"], ["2"]])
  }

  @Test func `V to N to M is pruned to, of tensors and of traces`() throws {
    let pattern = try VNMPattern("2:1:8")
    for words in [["w.safetensors", "--tensor", "fc", "--tensor", "conv"], ["net.yaml", "--layers", "fc,conv"]] {
      let arguments = ["prune"] + words + ["--pattern", "2:1:8", "--output", "p.safetensors", "--force"]
      let answer = try workspace.hssim(arguments)
      #expect(answer.code == 0, "\(answer.errors)")
      #expect(answer.output.contains("M2*C1(4:8)->C0(1:4)"))
      for name in ["conv", "fc"] {
        let rows = try elements("p.safetensors", name).weightRows
        #expect(pattern.firstViolation(in: rows) == nil)
        #expect(rows.elements.contains { $0 != 0 })
      }
    }
  }

  @Test func `scores decide what stays`() throws {
    // The scores of a row rise from 0 to 15, so of every four the last two stay.
    try TensorFile.write(
      [("fc", .int8(Tensor(shape: [4, 16], elements: (0..<64).map { Int8($0 % 16) })))], to: workspace.path("s.npz"))
    let words = [
      "prune", "w.safetensors", "--tensor", "fc", "--pattern", "2:4", "--scores", "s.npz", "--output", "p.safetensors",
    ]
    let answer = try workspace.hssim(words)
    #expect(answer.code == 0, "\(answer.errors)")
    let (before, after) = (try elements("w.safetensors", "fc"), try elements("p.safetensors", "fc"))
    #expect(after.elements == before.elements.indices.map { $0 % 4 < 2 ? 0 : before.elements[$0] })
  }

  @Test(
    arguments: [
      (["net.yaml", "--layers", "fcc"], 64, ["'fcc'", "did you mean 'fc'"]),
      (["net.yaml", "--layers", "first"], 64, ["no layer is left to prune"]),
      (["net.yaml", "--tensor", "fc"], 64, ["--tensor", "--layers"]),
      (["net.yaml", "--dimension", "1"], 64, ["--dimension"]),
      (["w.safetensors", "--layers", "fc", "--pattern", "2:4"], 64, ["--layers", "--tensor"]),
      (["w.safetensors", "--tensor", "fc", "--pattern", "2:1:8", "--dimension", "0"], 64, ["--dimension 0"]),
      (["w.safetensors", "--tensor", "fc", "--pattern", "2:9:8"], 64, ["2:9:8", "N, a whole number from 1 to 4"]),
      (["net.yaml", "--pattern", "2:1:8", "--scores", "n.npz"], 64, ["--scores", "magnitude"]),
      (
        ["w.safetensors", "--tensor", "fc", "--pattern", "2:4", "--scores", "n.npz"], 65,
        ["n.npz: fc", "a score is -1"]
      ),
      (["w.safetensors", "--tensor", "conv", "--pattern", "2:4", "--scores", "n.npz"], 65, ["n.npz: conv", "[3]"]),
      (["w.safetensors", "--tensor", "first", "--pattern", "2:4", "--scores", "n.npz"], 65, ["no such tensor"]),
      (["w.safetensors", "--tensor", "fc", "--pattern", "2:4", "--scores", "no.npz"], 66, ["no.npz"]),
    ] as [([String], Int32, [String])])
  func `a mistake is named and leaves no file`(words: [String], code: Int32, parts: [String]) throws {
    try TensorFile.write(
      [
        ("fc", .int8(Tensor(shape: [4, 16], elements: (0..<64).map { Int8($0) - 1 }))),
        ("conv", .int8(Tensor(shape: [3], elements: [1, 2, 3]))),
      ], to: workspace.path("n.npz"))
    let before = try workspace.files()
    let answer = try workspace.hssim(["prune"] + words + ["--output", "o.safetensors"])
    #expect(answer.code == code, "\(answer.errors)")
    for part in parts { #expect(answer.errors.contains(part), "'\(part)' is not in: \(answer.errors)") }
    #expect(try workspace.files() == before)
  }

  @Test func `layers that share a tensor must agree on its pattern`() throws {
    let text = String(decoding: try workspace.bytes(of: "net.yaml"), as: UTF8.self)
    let again =
      text + "- {name: again, operation: conv2d, shape: {M: 2, C: 8, H: 4, W: 4, R: 2, S: 2}, "
      + "weights: {file: w.safetensors, tensor: conv, pattern: \"1:4\", prune: magnitude}, activations: {random: {density: 1}}}\n"
    try workspace.write(again, to: "net.yaml")
    let answer = try workspace.hssim("prune", "net.yaml", "--output", "o.safetensors")
    #expect(answer.code == 64)
    #expect(answer.errors.contains("declare C0(2:4) and C0(1:4)"))
    #expect(try workspace.hssim("prune", "net.yaml", "--output", "o.safetensors", "--pattern", "2:4").code == 0)
  }

  @Test func `a V to N to M pattern is described`() throws {
    let answer = try workspace.hssim("describe", "pattern", "64:2:8")
    #expect(answer.code == 0)
    #expect(answer.output.hasPrefix("M64*C1(4:8)->C0(2:4)\ndensity 1/4 (25.00 %), ideal speed-up 4.00"))
    #expect(try workspace.hssim("describe", "pattern", "64:2:").code == 64)
  }
}
