// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// `hssim import` as its users meet it.
struct ImportTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func topology(_ name: String) -> String {
    Workspace.repository.appending(path: "Tests/Resources/scalesim/\(name)").path
  }

  @Test func `a published topology becomes a trace that is simulated`() throws {
    let answer = try workspace.hssim("import", topology("gemm.csv"), "--output", "g.yaml")
    #expect(answer.code == 0, "\(answer.errors)")
    #expect(answer.output == "g: 2 layers, 320 dense MACs with repetitions, in g.yaml\n")
    #expect(answer.errors.contains("line 3: 'GEMM_1' is the name of a layer before it"))
    let run = try workspace.hssim("simulate", "g.yaml", "--output", "g.sqlite")
    #expect(run.code == 0, "\(run.errors)")
    #expect(try workspace.files() == ["g.sqlite", "g.yaml"])
  }

  @Test func `the trace is called after the file, and what is there is not replaced without being asked`() throws {
    #expect(try workspace.hssim("import", topology("alexnet.csv")).code == 0)
    #expect(try workspace.files() == ["alexnet.yaml"])
    let again = try workspace.hssim("import", topology("alexnet.csv"))
    #expect(again.code == 73)
    #expect(again.errors.contains("alexnet.yaml: exists already"))
    #expect(try workspace.hssim("import", topology("alexnet.csv"), "--force", "--pattern", "2:4").code == 0)
    #expect(try String(decoding: workspace.bytes(of: "alexnet.yaml"), as: UTF8.self).contains("pattern: \"C0(2:4)\""))
  }

  @Test func `a Timeloop problem becomes a trace`() throws {
    try workspace.write(
      """
      problem:
        shape:
          name: g
          dimensions: [M, K, N]
          data_spaces:
          - {name: A, projection: [[[M]], [[K]]]}
          - {name: B, projection: [[[K]], [[N]]]}
          - {name: Z, projection: [[[M]], [[N]]], read_write: true}
        instance: {M: 8, K: 16, N: 4}

      """, to: "problem.yaml")
    let answer = try workspace.hssim("import", "problem.yaml", "--output", "p.yaml", "--density-b", "0.5")
    #expect(answer.code == 0, "\(answer.errors)")
    #expect(answer.output.hasPrefix("p: 1 layer, 512 dense MACs"))
    #expect(try workspace.hssim("simulate", "p.yaml", "--output", "p.sqlite").code == 0)
    let own = try workspace.hssim("import", "problem.yaml")
    #expect(own.code == 73)
    #expect(own.errors.contains("this would replace problem.yaml, which is read"))
  }

  @Test func `tensors become a trace and a file of int8 beside it, with the product that they have`() throws {
    try workspace.write(
      "%%MatrixMarket matrix coordinate real general\n2 4 3\n1 1 127\n1 4 -64.4\n2 2 2.5\n", to: "w.mtx")
    try workspace.write(npy(npyHeader("|i1", "(3, 4)"), dataBytes: 12), to: "x.npy")
    let answer = try workspace.hssim("import", "w.mtx", "--activations", "x.npy", "--output", "l.yaml")
    #expect(answer.code == 0, "\(answer.errors)")
    #expect(try workspace.files() == ["l.safetensors", "l.yaml", "w.mtx", "x.npy"])
    let run = try workspace.hssim("simulate", "l.yaml", "--output", "l.sqlite", "--result", "z.npy")
    #expect(run.code == 0, "\(run.errors)")
    // Columns of B are 1 2 3 4, 5 6 7 8, 9 10 11 12; rows of A are 127 0 0 -64 and 0 2 0 0.
    let sums: [Int32] = [127 - 256, 5 * 127 - 512, 9 * 127 - 768, 4, 12, 20]
    let bytes = sums.flatMap { sum in (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) } }
    #expect(try workspace.bytes(of: "z.npy").suffix(24) == bytes[...])
  }

  @Test(
    arguments: [
      (["import", "t.txt"], 64, ["t.txt", "allowed: .csv"]), (["import"], 64, ["<file>"]),
      (["import", "nowhere.csv"], 66, ["nowhere.csv"]), (["import", "nowhere.onnx"], 66, ["nowhere.onnx"]),
      (["import", "nowhere.npy", "--columns", "4"], 66, ["nowhere.npy"]),
      (["import", "bad.csv"], 65, ["bad.csv:1", "no column is called"]),
      (["import", "bad.yaml", "--output", "p.yaml"], 65, ["bad.yaml", "unknown key"]),
      (["import", "bad.mtx", "--columns", "4"], 65, ["bad.mtx:3", "'nan'"]),
      (["import", "bad.csv", "--columns", "4"], 64, ["--columns", "a topology of SCALE-Sim"]),
      (["import", "good.mtx"], 64, ["--columns"]), (["import", "good.mtx", "--columns", "0"], 64, ["--columns 0"]),
      (["import", "good.mtx", "--columns", "4", "--bits", "4"], 64, ["--bits 4"]),
      (["import", "good.mtx", "--columns", "4", "--quantise", "per-row"], 64, ["--quantise per-row"]),
      (["import", "good.mtx", "--columns", "4", "--density-b", "2"], 64, ["--density-b 2"]),
      (["import", "good.mtx", "--columns", "4", "--pattern", "dense"], 64, ["--pattern dense"]),
      (["import", "good.mtx", "--columns", "4", "--tensor", "w"], 64, ["--tensor"]),
      (["import", "good.mtx", "--image", "4"], 64, ["--image 4"]),
      (["import", "good.mtx", "--columns", "4", "--activations", "good.mtx"], 64, ["--columns"]),
      (["import", "good.mtx", "--activations-tensor", "x"], 64, ["--activations-tensor"]),
      (["import", "good.mtx", "--columns", "4", "--output", "x.txt"], 64, ["--output x.txt"]),
      (["import", "good.mtx", "--columns", "4", "--output", "nowhere/x.yaml"], 73, ["nowhere/x"]),
      (["import", "good.mtx", "--columns", "4", "--sample", "x.npz"], 64, ["--sample"]),
    ] as [([String], Int32, [String])])
  func `a mistake is named and leaves no file`(arguments: [String], code: Int32, parts: [String]) throws {
    try workspace.write("a,b\n1,2\n", to: "bad.csv")
    try workspace.write("layers: []\n", to: "bad.yaml")
    try workspace.write("%%MatrixMarket matrix array real general\n1 2\nnan\n1\n", to: "bad.mtx")
    try workspace.write("%%MatrixMarket matrix array real general\n1 2\n1\n2\n", to: "good.mtx")
    let before = try workspace.files()
    let answer = try workspace.hssim(arguments)
    #expect(answer.code == code, "\(answer.errors)")
    for part in parts { #expect(answer.errors.contains(part), "'\(part)' is not in: \(answer.errors)") }
    #expect(answer.output.isEmpty)
    #expect(try workspace.files() == before)
  }

  @Test func `a model without Python says exactly what to type`() throws {
    try FileManager.default.createDirectory(
      atPath: workspace.path("copy/configs/designs"), withIntermediateDirectories: true)
    try workspace.write("", to: "m.onnx")
    let environment = ["HSSIM_CONFIGS": workspace.path("copy/configs"), "PATH": "/nowhere"]
    let without = try workspace.hssim("import", "m.onnx", environment: environment)
    #expect(without.code == 66)
    #expect(without.errors.contains("copy/tools/import-onnx/import_onnx.py: the tool that reads ONNX is not there"))
    let folder = "copy/tools/import-onnx"
    try FileManager.default.createDirectory(atPath: workspace.path(folder), withIntermediateDirectories: true)
    try workspace.write("", to: "\(folder)/import_onnx.py")
    let answer = try workspace.hssim("import", "m.onnx", environment: environment)
    #expect(answer.code == 66)
    let place = workspace.path("copy")
    #expect(answer.errors.contains("type: python3 -m venv \(place)/.build/python/import-onnx && "))
    #expect(answer.errors.contains("/bin/pip install -r \(place)/tools/import-onnx/requirements.txt"))
    #expect(!workspace.exists("m.yaml"))
  }
}
