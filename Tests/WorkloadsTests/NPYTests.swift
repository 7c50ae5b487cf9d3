// SPDX-License-Identifier: Apache-2.0

import Sparsity
import Testing

@testable import Workloads

@Suite("npy files")
struct NPYTests {
  private let header = "{'descr': '|i1', 'fortran_order': False, 'shape': (2, 3), }\n"

  @Test func `the bytes that NumPy writes are read`() throws {
    // numpy.save of numpy.array([[1, -2, 3], [4, 5, -128]], dtype=numpy.int8).
    var bytes: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 0x01, 0x00, 0x76, 0x00]
    let text = "{'descr': '|i1', 'fortran_order': False, 'shape': (2, 3), }"
    bytes += Array(text.utf8) + [UInt8](repeating: 0x20, count: 0x76 - text.utf8.count - 1) + [0x0A]
    bytes += [1, 254, 3, 4, 5, 128]
    let file = try open(bytes, format: "npy")
    #expect(try file.description() == .init(name: "", type: .int8, shape: [2, 3]))
    #expect(try file.readInt8() == Tensor(shape: [2, 3], elements: [1, -2, 3, 4, 5, -128]))
    #expect(try file.readInt16() == Tensor(shape: [2, 3], elements: [1, -2, 3, 4, 5, -128]))
  }

  @Test func `the bytes written are those of NumPy`() {
    let bytes = TensorFile.npyBytes(.int16(Tensor(shape: [3], elements: [1, -2, 513])))
    #expect(bytes.prefix(10) == [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, 0x76, 0])
    let text = String(decoding: bytes[10..<128], as: UTF8.self)
    #expect(text.hasPrefix("{'descr': '<i2', 'fortran_order': False, 'shape': (3,), }   "))
    #expect(text.hasSuffix(" \n"))
    #expect(bytes[128...] == [1, 0, 0xFE, 0xFF, 1, 2])
  }

  @Test(arguments: [UInt8(1), 2, 3]) func `all three versions are read`(version: UInt8) throws {
    let file = try open(npy(header, data: [1, 2, 3, 4, 5, 6], version: version), format: "npy")
    #expect(try file.readInt8().elements == [1, 2, 3, 4, 5, 6])
  }

  @Test func `Fortran order is transposed`() throws {
    let text = "{'descr': '<i2', 'fortran_order': True, 'shape': (2, 3, 2)}"
    // Element [i, j, k] is 100i + 10j + k, the first index turning fastest.
    var data: [UInt8] = []
    for k in 0..<2 { for j in 0..<3 { for i in 0..<2 { appendLittleEndian(Int16(100 * i + 10 * j + k), to: &data) } } }
    let tensor = try open(npy(text, data: data), format: "npy").readInt16()
    #expect(tensor.shape == [2, 3, 2])
    #expect(tensor.elements == [0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121])
  }

  @Test(arguments: [
    ("{'shape': (), 'fortran_order': False, 'descr': '|i1'}", [Int](), 1),
    ("{'descr': \"|i1\", 'fortran_order': False, 'shape': (4,)}", [4], 4),
    ("{'descr': '|i1', 'fortran_order': False, 'shape': (3, 0)}", [3, 0], 0),
    ("{ 'descr' : '|i1' , 'fortran_order' : False , 'shape' : ( 1 , 2 , ) , } \n", [1, 2], 2),
  ]) func `every way of writing the header is read`(text: String, shape: [Int], count: Int) throws {
    let tensor = try open(npy(text, data: [UInt8](repeating: 7, count: count)), format: "npy").readInt8()
    #expect(tensor == Tensor(shape: shape, repeating: 7))
  }

  @Test(arguments: ["<f4", "<f8", "|u1", ">i2", "<i8", "|b1", "<c8"])
  func `another type is refused by name`(descriptor: String) throws {
    let text = "{'descr': '\(descriptor)', 'fortran_order': False, 'shape': (1,)}"
    let file = try open(npy(text, data: [UInt8](repeating: 0, count: 8)), format: "npy")
    expectError(.content, mentions: "t.npy", "'\(descriptor)'", "allowed: int8, int16", "quantise") {
      try file.readInt16()
    }
  }

  @Test func `a wider type than asked for is refused`() throws {
    let text = "{'descr': '<i4', 'fortran_order': False, 'shape': (1,)}"
    let file = try open(npy(text, data: [1, 2, 3, 4]), format: "npy")
    #expect(try file.readInt32().elements == [0x0403_0201])
    expectError(.content, mentions: "'int32'", "allowed: int8, int16,") { try file.readInt16() }
    expectError(.content, mentions: "'int32'", "allowed: int8,") { try file.readInt8() }
  }

  @Test(arguments: [
    ("{'descr': [('a', '<i2')], 'fortran_order': False, 'shape': (2,)}", "structured type"),
    ("{'descr': '|i1', 'fortran_order': False, 'shape': (6)}", "not a tuple"),
    ("{'descr': '|i1', 'fortran_order': False}", "lacks one of the keys"),
    ("{'descr': '|i1', 'fortran_order': False, 'shape': (6,), 'shape': (6,)}", "repeated key 'shape'"),
    ("{'descr': '|i1', 'fortran_order': False, 'shape': (6,), 'order': 1}", "unknown or repeated key 'order'"),
    ("{'descr': '|i1', 'fortran_order': 0, 'shape': (6,)}", "True or False"),
    ("{'descr': '|i1', 'fortran_order': False, 'shape': (-6,)}", "'-'"),
    ("{'descr': '|i1', 'fortran_order': False, 'shape': (6L,)}", "'L'"),
    ("{'descr': '|i1', 'fortran_order': False, 'shape': (06,)}", "leading zero"),
    ("{'descr': '|i1', 'fortran_order': False, 'shape': (99999999999999999999,)}", "too large"),
    ("{'descr': '|i1', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", "more elements than"),
    ("{'descr': '<i2', 'fortran_order': False, 'shape': (9223372036854775807,)}", "more elements than"),
    ("{'descr': '|i1', 'fortran_order': False, 'shape': (6,)} x", "'x'"),
    ("{'descr': '|i1', 'fortran_order': False, 'shape': (7,)}", "truncated: shape [7] of int8 is 7 bytes, found 6"),
    ("{'descr': '|i1', 'fortran_order': False, 'shape': (5,)}", "bytes after its end"),
    ("{'descr': '\\x7ci1', 'fortran_order': False, 'shape': (6,)}", "escape"),
    ("['descr']", "'['"),
    ("", "ends too early"),
  ]) func `a malformed header is refused`(text: String, problem: String) {
    expectError(.content, mentions: "t.npy", problem) { try open(npy(text, data: [1, 2, 3, 4, 5, 6]), format: "npy") }
  }

  @Test func `what is no npy file is refused`() {
    expectError(.content, mentions: "truncated") { try open([], format: "npy") }
    expectError(.content, mentions: "magic") { try open(Array("PK\u{3}\u{4} a zip file".utf8), format: "npy") }
    expectError(.content, mentions: "version 4.0", "1.0, 2.0 and 3.0") {
      try open(npy("{}", version: 4), format: "npy")
    }
    var long = npy("", version: 2)
    long.replaceSubrange(8..<12, with: [0xFF, 0xFF, 0xFF, 0x7F])
    expectError(.content, mentions: "header of 2147483647 bytes", "at most") { try open(long, format: "npy") }
    let dimensions = String(repeating: "1, ", count: 65)
    expectError(.content, mentions: "65 dimensions") {
      try open(npy("{'descr': '|i1', 'fortran_order': False, 'shape': (\(dimensions))}", data: [1]), format: "npy")
    }
  }
}
