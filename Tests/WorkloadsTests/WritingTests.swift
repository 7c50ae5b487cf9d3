// SPDX-License-Identifier: Apache-2.0

import Foundation
import Sparsity
import Testing

@testable import Workloads

@Suite("Writing tensors")
struct WritingTests {
  private func randomTensors(_ random: inout SeededGenerator) -> [(name: String, tensor: WritableTensor)] {
    func shape() -> [Int] {
      (0..<Int.random(in: 0...4, using: &random)).map { _ in Int.random(in: 0...5, using: &random) }
    }
    func tensor<Element: TensorElement>(_ shape: [Int]) -> Tensor<Element> {
      let elements = (0..<shape.reduce(1, *)).map { _ in Element(truncatingIfNeeded: random.next()) }
      return Tensor(shape: shape, elements: elements)
    }
    let count = Int.random(in: 1...4, using: &random)
    return (0..<count).map { index in
      let tensor: WritableTensor =
        switch Int.random(in: 0...2, using: &random) {
        case 0: .int8(tensor(shape()))
        case 1: .int16(tensor(shape()))
        default: .int32(tensor(shape()))
        }
      return ("tensor \(index) \"é\"", tensor)
    }
  }

  private func widened(_ tensor: WritableTensor) -> Tensor<Int32> {
    switch tensor {
    case .int8(let tensor): Tensor(shape: tensor.shape, elements: tensor.elements.map(Int32.init))
    case .int16(let tensor): Tensor(shape: tensor.shape, elements: tensor.elements.map(Int32.init))
    case .int32(let tensor): tensor
    }
  }

  @Test(arguments: TensorFile.formats) func `what is written reads back`(format: String) throws {
    var random = SeededGenerator(seed: 5)
    try withTemporaryDirectory { directory in
      for _ in 0..<40 {
        let tensors = format == "npy" ? Array(randomTensors(&random).prefix(1)) : randomTensors(&random)
        let path = "\(directory)/t.\(format)"
        try TensorFile.write(tensors, to: path, replacing: true)
        let file = try TensorFile(path: path)
        #expect(file.names.sorted() == (format == "npy" ? [""] : tensors.map(\.name).sorted()))
        for (name, tensor) in tensors {
          let name = format == "npy" ? nil : name
          #expect(try file.description(of: name).type == tensor.type)
          #expect(try file.readInt32(name) == widened(tensor))
        }
      }
    }
  }

  private let one: [(name: String, tensor: WritableTensor)] = [("w", .int8(Tensor(shape: [1], elements: [7])))]

  @Test func `an existing file is kept unless replacing is asked for`() throws {
    try withTemporaryDirectory { directory in
      let path = "\(directory)/t.npy"
      try TensorFile.write(one, to: path)
      expectError(.cannotCreate, mentions: "t.npy", "exists already") { try TensorFile.write(one, to: path) }
      try TensorFile.write([("w", .int8(Tensor(shape: [1], elements: [8])))], to: path, replacing: true)
      #expect(try TensorFile(path: path).readInt8().elements == [8])
      // Nothing else is left behind.
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["t.npy"])
    }
  }

  @Test func `a file that cannot be made is refused and leaves nothing`() throws {
    try withTemporaryDirectory { directory in
      expectError(.cannotCreate, mentions: "nowhere/t.npy", "No such file") {
        try TensorFile.write(one, to: "\(directory)/nowhere/t.npy")
      }
      try FileManager.default.createDirectory(atPath: "\(directory)/d.npy", withIntermediateDirectories: true)
      expectError(.cannotCreate, mentions: "not a regular file") {
        try TensorFile.write(one, to: "\(directory)/d.npy", replacing: true)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["d.npy"])
    }
  }

  @Test func `what a format cannot hold is refused`() {
    expectError(.usage, mentions: "t.csv", "'csv'", ".npy, .npz, .safetensors") {
      try TensorFile.write(one, to: "t.csv")
    }
    expectError(.usage, mentions: "2 tensors", ".npz") { try TensorFile.write(one + one, to: "t.npy") }
    expectError(.usage, mentions: "two tensors are named 'w'") { try TensorFile.write(one + one, to: "t.npz") }
    expectError(.usage, mentions: "the name ''") {
      try TensorFile.write([("", one[0].tensor)], to: "t.safetensors")
    }
    expectError(.usage, mentions: "'__metadata__'") {
      try TensorFile.write([("__metadata__", one[0].tensor)], to: "t.safetensors")
    }
  }

  @Test func `a file that cannot be opened is missing, not malformed`() throws {
    try withTemporaryDirectory { directory in
      expectError(.missing, mentions: "t.npy: cannot be opened: No such file") {
        try TensorFile(path: "\(directory)/t.npy")
      }
      try FileManager.default.createDirectory(atPath: "\(directory)/d.npy", withIntermediateDirectories: true)
      expectError(.missing, mentions: "d.npy: is not a regular file") { try TensorFile(path: "\(directory)/d.npy") }
      expectError(.content, mentions: "'' names no tensor format") { try TensorFile(path: "\(directory)/t") }
    }
  }
}
