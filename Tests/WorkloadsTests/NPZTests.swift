// SPDX-License-Identifier: Apache-2.0

import Sparsity
import Testing

@testable import Workloads

@Suite("npz files")
struct NPZTests {
  private let header = "{'descr': '|i1', 'fortran_order': False, 'shape': (2,)}"

  /// A classic zip archive, built by hand from the format's description.
  private func zip(
    _ members: [(name: String, data: [UInt8])], method: UInt16 = 0, flags: UInt16 = 0, comment: String = "",
    checksum: UInt32? = nil
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    var directory: [UInt8] = []
    for (name, data) in members {
      let crc = checksum ?? CRC32.checksum(of: data)
      let offset = UInt32(bytes.count)
      let size = UInt32(data.count)
      var common: [UInt8] = []
      appendLittleEndian([UInt16(20), flags, method, 0, 33], to: &common)
      appendLittleEndian([crc, size, size], to: &common)
      appendLittleEndian([UInt16(name.utf8.count), 0], to: &common)
      bytes += [0x50, 0x4B, 3, 4] + common + Array(name.utf8) + data
      directory += [0x50, 0x4B, 1, 2, 20, 0] + common
      appendLittleEndian([UInt16(0), 0, 0], to: &directory)
      appendLittleEndian([UInt32(0), offset], to: &directory)
      directory += Array(name.utf8)
    }
    let start = UInt32(bytes.count)
    bytes += directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0]
    appendLittleEndian([UInt16(members.count), UInt16(members.count)], to: &bytes)
    appendLittleEndian([UInt32(directory.count), start], to: &bytes)
    appendLittleEndian(UInt16(comment.utf8.count), to: &bytes)
    return bytes + Array(comment.utf8)
  }

  @Test func `the checksum is the one of zip`() {
    #expect(CRC32.checksum(of: Array("123456789".utf8)) == 0xCBF4_3926)
    #expect(CRC32.checksum(of: []) == 0)
  }

  @Test func `stored members are read by name`() throws {
    let bytes = zip([("w.npy", npy(header, data: [1, 255])), ("x.npy", npy(header, data: [3, 4]))])
    let file = try open(bytes, format: "npz")
    #expect(file.names == ["w", "x"])
    #expect(try file.readInt8("w").elements == [1, -1])
    #expect(try file.readInt8("x").elements == [3, 4])
    #expect(try file.description(of: "x") == .init(name: "x", type: .int8, shape: [2]))
  }

  @Test func `the only tensor needs no name, one of several does`() throws {
    let one = try open(zip([("w.npy", npy(header, data: [1, 2]))], comment: "a comment"), format: "npz")
    #expect(try one.readInt8().elements == [1, 2])
    let two = try open(
      zip([("w.npy", npy(header, data: [1, 2])), ("x.npy", npy(header, data: [3, 4]))]), format: "npz")
    expectError(.content, mentions: "2 tensors", "'w', 'x'") { try two.readInt8() }
    expectError(.content, mentions: "no such tensor", "allowed: 'w', 'x'") { try two.readInt8("y") }
  }

  @Test func `a misspelt name gets a suggestion`() throws {
    let file = try open(zip([("weight.npy", npy(header, data: [1, 2]))]), format: "npz")
    expectError(.content, mentions: "t.npz: wieght:", "did you mean 'weight'?") { try file.readInt8("wieght") }
  }

  @Test func `a deflated member is refused with the way out`() throws {
    let file = try open(zip([("w.npy", npy(header, data: [1, 2]))], method: 8), format: "npz")
    expectError(.content, mentions: "'w.npy'", "deflated", "numpy.savez", "not savez_compressed") {
      try file.readInt8("w")
    }
  }

  @Test func `other methods and encryption are refused`() throws {
    let lzma = try open(zip([("w.npy", npy(header, data: [1, 2]))], method: 14), format: "npz")
    expectError(.content, mentions: "method 14") { try lzma.readInt8() }
    let secret = try open(zip([("w.npy", npy(header, data: [1, 2]))], flags: 1), format: "npz")
    expectError(.content, mentions: "encrypted") { try secret.readInt8() }
  }

  @Test func `a wrong checksum is found when the values are read`() throws {
    let file = try open(zip([("w.npy", npy(header, data: [1, 2]))], checksum: 1), format: "npz")
    #expect(try file.description(of: "w").shape == [2])
    expectError(.content, mentions: "'w.npy'", "damaged", "CRC-32") { try file.readInt8() }
  }

  @Test func `members that are no arrays, or twice there, are refused`() {
    expectError(.content, mentions: "'readme.txt'", "'<tensor>.npy'") {
      try open(zip([("readme.txt", [1])]), format: "npz")
    }
    expectError(.content, mentions: "'w.npy' twice") {
      try open(zip([("w.npy", npy(header, data: [1, 2])), ("w.npy", npy(header, data: [1, 2]))]), format: "npz")
    }
  }

  @Test func `what is written reads back, through zip64 sizes`() throws {
    let w = Tensor<Int8>(shape: [2, 2], elements: [1, -2, 3, -128])
    let z = Tensor<Int32>(shape: [3], elements: [.min, 0, .max])
    let bytes = TensorFile.npzBytes([("layer.w", .int8(w)), ("z", .int32(z))])
    let file = try open(bytes, format: "npz")
    #expect(file.names == ["layer.w", "z"])
    #expect(try file.readInt8("layer.w") == w)
    #expect(try file.readInt32("z") == z)
    #expect(bytes == TensorFile.npzBytes([("layer.w", .int8(w)), ("z", .int32(z))]))
  }

  @Test func `an archive may be empty`() throws {
    #expect(try open(zip([]), format: "npz").names.isEmpty)
    expectError(.content, mentions: "0 tensors") { try open(zip([]), format: "npz").readInt8() }
  }

  @Test func `a header that contradicts the directory is refused`() throws {
    var bytes = zip([("w.npy", npy(header, data: [1, 2]))])
    bytes[30] = UInt8(ascii: "v")
    expectError(.content, mentions: "contradicts") { try open(bytes, format: "npz").readInt8() }
  }
}
