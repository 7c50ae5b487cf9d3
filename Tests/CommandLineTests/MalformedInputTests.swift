// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Files that are not what they should be: named with their fault, and nothing is written.
struct MalformedInputTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private static func trace(weights: String) -> String {
    """
    hssim_trace: 1
    name: t
    layers:
      - name: layer
        operation: matmul
        shape: {M: 4, K: 8, N: 4}
        weights: {\(weights)}
        activations: {random: {density: 1}}
    """
  }

  /// A safetensors file with `header` and `data` bytes of 1.
  private static func safetensors(_ header: String, data: Int, length: UInt64? = nil) -> [UInt8] {
    let size = length ?? UInt64(header.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: size >> UInt64(8 * $0)) } + Array(header.utf8)
      + [UInt8](repeating: 1, count: data)
  }

  private static func npy(_ header: String, data: Int) -> [UInt8] {
    let size = UInt16(header.utf8.count)
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(size & 255), UInt8(size >> 8)] + Array(header.utf8)
      + [UInt8](repeating: 1, count: data)
  }

  private static let good = #"{"w":{"dtype":"I8","shape":[4,8],"data_offsets":[0,32]}}"#

  struct Damage: CustomTestStringConvertible {
    let testDescription: String
    let file: String
    let bytes: [UInt8]
    /// What the message names besides the file.
    let named: String
  }

  private static let damages = [
    Damage(testDescription: "empty", file: "w.safetensors", bytes: [], named: "safetensors"),
    Damage(
      testDescription: "cut in the data", file: "w.safetensors", bytes: safetensors(good, data: 31), named: "32"),
    Damage(
      testDescription: "header longer than the file", file: "w.safetensors",
      bytes: safetensors(good, data: 32, length: 1 << 40), named: "header"),
    Damage(
      testDescription: "header that is no JSON", file: "w.safetensors", bytes: safetensors("{\"w\":", data: 0),
      named: "at byte 5"),
    Damage(
      testDescription: "type of float", file: "w.safetensors",
      bytes: safetensors(#"{"w":{"dtype":"F32","shape":[4,8],"data_offsets":[0,128]}}"#, data: 128), named: "F32"),
    Damage(testDescription: "no npy", file: "w.npy", bytes: Array("hello".utf8), named: "npy"),
    Damage(
      testDescription: "npy cut in the data", file: "w.npy",
      bytes: npy("{'descr': '|i1', 'fortran_order': False, 'shape': (4, 8), }\n", data: 16), named: "32"),
    Damage(
      testDescription: "npy of floats", file: "w.npy",
      bytes: npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4, 8), }\n", data: 128), named: "f4"),
  ]

  @Test(arguments: damages)
  func `a damaged tensor file is named`(_ damage: Damage) throws {
    try workspace.write(damage.bytes, to: damage.file)
    try workspace.write(Self.trace(weights: "file: \(damage.file)"), to: "t.yaml")
    let before = try workspace.allFiles()
    let answer = try workspace.hssim("simulate", "t.yaml", "--output", "run.sqlite")
    #expect(answer.code == 65, "\(answer.errors)")
    #expect(answer.errors.contains(damage.file), "\(answer.errors)")
    #expect(answer.errors.contains(damage.named), "\(answer.errors)")
    #expect(try workspace.allFiles().filter { $0 != ".out" && $0 != ".err" } == before)
  }

  @Test(arguments: [
    ("file: absent.npy", Int32(66), "absent.npy"),
    ("file: w.safetensors, tensor: v", 65, "w.safetensors: v"),
    ("file: turned.safetensors", 65, "[8, 4] has M = 8, but M is 4"),
    ("file: w.safetensors, pattern: \"2:4\"", 65, "2:4"),
    ("file: w.safetensors, pattern: \"4:2\"", 65, "4:2"),
    ("random: {density: 2}", 65, "density"),
    ("random: {density: 1}, colour: red", 65, "colour"),
  ])
  func `an operand that cannot be is named`(_ weights: String, _ code: Int32, _ named: String) throws {
    try workspace.write(Self.safetensors(Self.good, data: 32), to: "w.safetensors")
    let turned = Self.good.replacing("[4,8]", with: "[8,4]")
    try workspace.write(Self.safetensors(turned, data: 32), to: "turned.safetensors")
    try workspace.write(Self.trace(weights: weights), to: "t.yaml")
    let answer = try workspace.hssim("simulate", "t.yaml", "--output", "run.sqlite")
    #expect(answer.code == code, "\(answer.errors)")
    #expect(answer.errors.contains(named), "\(answer.errors)")
    #expect(try workspace.allFiles().filter { $0.contains("run") } == [])
  }

  @Test(arguments: [
    ("hssim_design: 1\nname: d\ndesign: highlight\nclock: 1\n", "clock"),
    ("hssim_design: 1\nname: d\ndesign: highlight\nglb:\n  data_bytes: many\n", "data_bytes"),
    ("hssim_design: 1\nname: d\ndesign: lowlight\n", "lowlight"),
    ("hssim_design: 2\nname: d\ndesign: highlight\n", "hssim_design"),
    (": : :", "design.yaml"),
  ])
  func `a design file that is none is named`(_ text: String, _ named: String) throws {
    try workspace.write(text, to: "design.yaml")
    let answer = try workspace.hssim("simulate", "--gemm", "8x8x8", "--design", "design.yaml", "--output", "run.sqlite")
    #expect(answer.code == 65, "\(answer.errors)")
    #expect(answer.errors.contains("design.yaml") && answer.errors.contains(named), "\(answer.errors)")
    #expect(try workspace.files() == ["design.yaml"])
  }

  @Test func `a run's JSON has the keys that the reference names`() throws {
    let answer = try workspace.hssim(
      "simulate", "--gemm", "64x64x64", "--pattern", "2:4", "--output", "run.sqlite", "--format", "json")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any])
    #expect(object["database"] as? String == "run.sqlite")
    let json = try #require(object["run"] as? [String: Any])
    let keys = ["content_id", "design", "event_hash", "layers", "result_hash", "seed", "status", "version"]
    for key in keys { #expect(json[key] != nil, "\(key)") }
    let layer = try #require((json["layers"] as? [[String: Any]])?.first)
    for key in ["layer", "pattern", "cycles", "utilization", "verified"] { #expect(layer[key] != nil, "\(key)") }
  }
}
