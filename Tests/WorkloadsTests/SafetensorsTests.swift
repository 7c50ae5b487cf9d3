// SPDX-License-Identifier: Apache-2.0

import Sparsity
import Testing

@testable import Workloads

@Suite("safetensors files")
struct SafetensorsTests {
  @Test func `the bytes of the format's description are read`() throws {
    let text = """
      {"__metadata__":{"format":"pt"},"b":{"dtype":"I16","shape":[2],"data_offsets":[2,6]},\
      "a":{"dtype":"I8","shape":[1,2],"data_offsets":[0,2]}}
      """
    let file = try open(safetensors(text + "   ", data: [1, 255, 2, 0, 0, 128]), format: "safetensors")
    #expect(file.names == ["a", "b"])
    #expect(try file.description(of: "b") == .init(name: "b", type: .int16, shape: [2]))
    #expect(try file.readInt8("a") == Tensor(shape: [1, 2], elements: [1, -1]))
    #expect(try file.readInt16("b") == Tensor(shape: [2], elements: [2, -32768]))
  }

  @Test func `the bytes written are known`() {
    let bytes = TensorFile.safetensorsBytes([("a\"b", .int8(Tensor(shape: [2], elements: [1, -1])))])
    let text = #"{"a\"b":{"dtype":"I8","shape":[2],"data_offsets":[0,2]}}"#
    #expect(bytes == safetensors(text, data: [1, 255]))
  }

  @Test func `a tensor of another type does not spoil the others`() throws {
    let text = """
      {"f":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"i":{"dtype":"I8","shape":[2],"data_offsets":[4,6]}}
      """
    let file = try open(safetensors(text, data: [0, 0, 128, 63, 5, 6]), format: "safetensors")
    #expect(try file.readInt8("i").elements == [5, 6])
    expectError(.content, mentions: "t.safetensors: f:", "'F32'", "allowed: int8, int16") { try file.readInt16("f") }
  }

  @Test func `escaped names are read`() throws {
    let text = #"{"\u00e9\ud83d\ude00\n\/":{"dtype":"I8","shape":[],"data_offsets":[0,1]}}"#
    let file = try open(safetensors(text, data: [9]), format: "safetensors")
    #expect(file.names == ["é😀\n/"])
    #expect(try file.readInt8() == Tensor(shape: [], elements: [9]))
  }

  @Test(arguments: [
    (#"{"a":{"dtype":"I8","shape":[5],"data_offsets":[0,5]}}"#, "outside the data"),
    (#"{"a":{"dtype":"I8","shape":[3],"data_offsets":[0,3]}}"#, "1 bytes after the last tensor"),
    (#"{"a":{"dtype":"I8","shape":[3],"data_offsets":[0,4]}}"#, "not the 4 bytes"),
    (#"{"a":{"dtype":"I8","shape":[0],"data_offsets":[3,2]}}"#, "outside the data"),
    (#"{"a":{"dtype":"I16","shape":[4611686018427387904,4],"data_offsets":[0,4]}}"#, "not the 4 bytes"),
    (#"{"a":{"dtype":"I8","shape":[3],"data_offsets":[1,4]}}"#, "leaves a hole before it, at byte 0"),
    (
      #"{"a":{"dtype":"I8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"I8","shape":[2],"data_offsets":[2,4]}}"#,
      "'b' overlaps the tensor before it, at byte 3"
    ),
    (#"{"a":{"dtype":"I7","shape":[4],"data_offsets":[0,4]}}"#, "unknown dtype 'I7'"),
    (#"{"a":{"dtype":8,"shape":[4],"data_offsets":[0,4]}}"#, "a dtype that is no text"),
    (#"{"a":{"dtype":"I8","shape":"4","data_offsets":[0,4]}}"#, "no list of numbers"),
    (#"{"a":{"dtype":"I8","shape":[4],"data_offsets":[0,4,4]}}"#, "not two numbers"),
    (#"{"a":{"dtype":"I8","shape":[4]}}"#, "exactly 'dtype', 'shape', 'data_offsets'"),
    (#"{"a":{"dtype":"I8","shape":[4],"data_offsets":[0,4],"strides":[1]}}"#, "'strides'"),
    (#"{"a":{"dtype":"I8","shape":[4],"data_offsets":[0,4]},"a":{}}"#, "the key 'a' twice"),
    (#"{"a":[]}"#, "not described by an object"),
    (#"{"a":{"dtype":"I8","shape":[-4],"data_offsets":[0,4]}}"#, "'-'"),
    (#"{"a":{"dtype":"I8","shape":[4.0],"data_offsets":[0,4]}}"#, "'.'"),
    (#"{"a":{"dtype":"I8","shape":[99999999999999999999],"data_offsets":[0,4]}}"#, "too large"),
    (#"{"__metadata__":{"a":1},"a":{"dtype":"I8","shape":[4],"data_offsets":[0,4]}}"#, "__metadata__"),
    (#"{"a":{"dtype":"I8","shape":[4],"data_offsets":[0,4]}"#, "ends too early"),
    (#"{"a":{"dtype":"I8","shape":[4],"data_offsets":[0,4]}} {"#, "'{'"),
    (#"{"\ud800":1}"#, "'\"' at byte"),
    (#"{"\u12G4":1}"#, "malformed \\u escape"),
    ("[[[[[[[[[[[[", "deeper than 8"),
    ("[]", "not a JSON object"),
    ("", "ends too early"),
  ]) func `a malformed header is refused`(text: String, problem: String) {
    expectError(.content, mentions: "t.safetensors", problem) {
      try open(safetensors(text, data: [1, 2, 3, 4]), format: "safetensors")
    }
  }

  @Test func `an absurd or cut-off length is refused before anything is allocated`() {
    expectError(.content, mentions: "truncated") { try open([1, 2, 3], format: "safetensors") }
    let endless = [UInt8](repeating: 0xFF, count: 8) + [0x7B, 0x7D]
    expectError(.content, mentions: "18446744073709551615 bytes", "at most 100000000") {
      try open(endless, format: "safetensors")
    }
    expectError(.content, mentions: "truncated", "1000 bytes") {
      try open([0xE8, 3, 0, 0, 0, 0, 0, 0, 0x7B], format: "safetensors")
    }
  }
}
