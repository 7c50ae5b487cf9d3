// SPDX-License-Identifier: Apache-2.0

import Foundation
import Sparsity
import Testing

@testable import Workloads

@Suite("Tensors that are imported")
struct TensorImportTests {
  private func quantise(
    _ values: [Double], shape: [Int]? = nil, _ granularity: SymmetricQuantisation.Granularity, bits: Int = 8
  )
    throws -> (elements: [Int], scales: [Double]?)
  {
    let tensor = TensorValues(shape: shape ?? [values.count], elements: .reals(values), type: "F64")
    let result = try SymmetricQuantisation(granularity: granularity, bits: bits).quantise(
      tensor, file: "f", tensor: "w")
    let elements: [Int] =
      switch result.tensor {
      case .int8(let tensor): tensor.elements.map { Int($0) }
      case .int16(let tensor): tensor.elements.map { Int($0) }
      case .int32: []
      }
    return (elements, result.scales)
  }

  @Test func `halves are rounded to even, the largest magnitude is 127`() throws {
    let (elements, scales) = try quantise([127, 0.5, 1.5, -0.5, -2.5, -127, 0.49], .perTensor)
    #expect(elements == [127, 0, 2, 0, -2, -127, 0])
    #expect(scales == [1])
  }

  @Test func `each channel has a scale of its own`() throws {
    let (elements, scales) = try quantise([1, 0.5, 0, 0, -4, 2], shape: [3, 2], .perChannel)
    #expect(elements == [127, 64, 0, 0, -127, 64])
    #expect(scales == [1.0 / 127, 1, 4.0 / 127])
    #expect(try quantise([1, -3], .perTensor, bits: 16).elements == [10922, -32767])
  }

  @Test func `quantised values are within half a scale, whatever the values are`() throws {
    var random = SeededGenerator(seed: 21)
    for _ in 0..<300 {
      let exponent = Double(sign: .plus, exponent: Int.random(in: -300...300, using: &random), significand: 1)
      let values = (0..<12).map { _ in Double.random(in: -1...1, using: &random) * exponent }
      let bits = Bool.random(using: &random) ? 8 : 16
      let granularity: SymmetricQuantisation.Granularity = Bool.random(using: &random) ? .perTensor : .perChannel
      let (elements, scales) = try quantise(values, shape: [3, 4], granularity, bits: bits)
      for (index, value) in values.enumerated() {
        let scale = try #require(scales)[granularity == .perTensor ? 0 : index / 4]
        #expect(abs(Double(elements[index]) * scale - value) <= scale * 0.500001)
        #expect(abs(elements[index]) <= (bits == 8 ? 127 : 32767))
      }
    }
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity]) func `a value that is not finite is refused with its place`(
    value: Double
  ) {
    expectError(.content, mentions: "f: w: the element at [1, 2]", "finite") {
      try quantise([0, 0, 0, 0, 0, value], shape: [2, 3], .perTensor)
    }
  }

  @Test func `values too small for a scale are refused, zeros are not`() throws {
    expectError(.content, mentions: "f: w") { try quantise([Double.leastNonzeroMagnitude], .perTensor) }
    #expect(try quantise([0, -0.0], .perTensor).elements == [0, 0])
  }

  @Test func `half precision is read exactly`() {
    for bits in UInt16.min...UInt16.max {
      #if arch(arm64)
        let expected = Double(Float16(bitPattern: bits))
        #expect(halfPrecision(bits) == expected || expected.isNaN)
      #else
        // The same number put together as a float32: its exponent's bias is 112 more.
        let (exponent, fraction) = (UInt32(bits >> 10 & 0x1F), UInt32(bits & 0x3FF))
        let sign = UInt32(bits >> 15) << 31
        let value = halfPrecision(bits)
        if exponent == 31 {
          #expect(!value.isFinite && value.isNaN == (fraction != 0))
        } else if exponent > 0 {
          #expect(value == Double(Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)))
        } else {
          #expect(value == Double(Int(fraction)) / 16_777_216 * (sign == 0 ? 1 : -1))
        }
      #endif
    }
  }

  /// A `.safetensors` file with a tensor of a type, holding these bit patterns.
  private func file(_ type: String, _ width: Int, _ patterns: [UInt64], shape: String) throws -> TensorFile {
    var data: [UInt8] = []
    for pattern in patterns { for byte in 0..<width { data.append(UInt8(truncatingIfNeeded: pattern >> (8 * byte))) } }
    let header = #"{"w":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":[0,\#(data.count)]}}"#
    return try open(safetensors(header, data: data), format: "safetensors")
  }

  @Test(
    arguments: [
      ("F64", 8, [0x3FF8_0000_0000_0000, 0xC000_0000_0000_0000]), ("F32", 4, [0x3FC0_0000, 0xC000_0000]),
      ("F16", 2, [0x3E00, 0xC000]), ("BF16", 2, [0x3FC0, 0xC000]),
    ] as [(String, Int, [UInt64])])
  func `every real type is read`(type: String, width: Int, patterns: [UInt64]) throws {
    guard case .reals(let values) = try file(type, width, patterns, shape: "[2]").readValues("w").elements else {
      Issue.record("not real")
      return
    }
    #expect(values == [1.5, -2])
  }

  @Test(
    arguments: [
      ("I8", 1, 0xFE, -2), ("U8", 1, 0xFE, 254), ("I16", 2, 0xFFFE, -2), ("U16", 2, 0xFFFE, 65534),
      ("I32", 4, 0xFFFF_FFFE, -2),
      ("U32", 4, 0xFFFF_FFFE, 4_294_967_294), ("I64", 8, 0xFFFF_FFFF_FFFF_FFFE, -2),
    ] as [(String, Int, UInt64, Int64)])
  func `every integer type is read`(type: String, width: Int, pattern: UInt64, value: Int64) throws {
    guard case .integers(let values) = try file(type, width, [pattern], shape: "[1,1]").readValues("w").elements else {
      Issue.record("no integer")
      return
    }
    #expect(values == [value])
  }

  @Test func `npy of float32 in Fortran order is put in rows`() throws {
    let values: [Float] = [1, 2, 3, 4, 5, 6]
    var data: [UInt8] = []
    for value in values { for byte in 0..<4 { data.append(UInt8(truncatingIfNeeded: value.bitPattern >> (8 * byte))) } }
    let header = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }\n"
    guard case .reals(let read) = try open(npy(header, data: data), format: "npy").readValues().elements else { return }
    #expect(read == [1, 3, 5, 2, 4, 6])
    expectError(.content, mentions: "t.npy", "24 bytes, found 20") {
      try open(npy(header, data: Array(data.prefix(20))), format: "npy").readValues()
    }
    expectError(.content, mentions: "t.npy", "'|b1'") {
      try open(npy(header.replacing("<f4", with: "|b1"), data: data), format: "npy").readValues()
    }
  }

  @Test(arguments: ["npy", "npz", "safetensors"])
  func `a damaged file of real tensors is read or refused`(format: String) throws {
    let data = [Float](arrayLiteral: 1, -2.5, 3, 0.25, 5, 1e30).flatMap { value in
      (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    }
    let array = npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }\n", data: data)
    let header = #"{"w":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}"#
    // An archive of int8, of which the damage may make anything.
    let archive = TensorFile.npzBytes([("w", .int8(TraceDirectory.tensor([2, 3])))])
    let whole = format == "npy" ? array : format == "npz" ? archive : safetensors(header, data: data)
    var random = SeededGenerator(seed: 34)
    var read = 0
    for round in 0..<4000 {
      var bytes = whole
      if round < whole.count { bytes.removeLast(round) }
      for _ in 0..<(round % 5) where !bytes.isEmpty {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        bytes[index] = UInt8.random(in: .min ... .max, using: &random)
      }
      let values = readDamaged("t.\(format)") {
        let file = try open(bytes, format: format)
        let values = try file.readValues(file.names.first)
        return try SymmetricQuantisation(granularity: .perChannel).quantise(values, file: "t.\(format)", tensor: "w")
      }
      if let values { read += values.tensor.shape.isEmpty ? 0 : 1 }
    }
    #expect(read > 100)
  }

  @Test func `integers are kept as they are, or refused`() throws {
    let values = TensorValues(shape: [3], elements: .integers([-128, 0, 127]), type: "I64")
    let result = try SymmetricQuantisation().quantise(values, file: "f", tensor: "w")
    #expect(result.scales == nil)
    expectError(.content, mentions: "f: w: the element at [0] is 128", "8 bits") {
      try SymmetricQuantisation().quantise(
        .init(shape: [1], elements: .integers([128]), type: "I64"), file: "f", tensor: "w")
    }
  }

  @Test func `weights and activations become a layer with the product that they have`() throws {
    try withTemporaryDirectory { folder in
      try TensorFile.write(
        [
          ("w", .int8(Tensor(shape: [2, 3], elements: [1, -2, 3, 0, 5, -6]))),
          ("b", .int8(Tensor(shape: [2], elements: [1, 2]))),
        ],
        to: "\(folder)/w.npz")
      try TensorFile.write([("x", .int8(Tensor(shape: [2, 2, 3], elements: Array(1...12))))], to: "\(folder)/x.npy")
      var importing = TensorImport()
      importing.pattern = try Pattern("1:2")
      let imported = try importing.trace(
        path: "\(folder)/w.npz", tensors: [], activations: .init(file: "\(folder)/x.npy"))
      #expect(imported.notes.contains("'b' of shape [2] is no layer's weights, and left out"))
      try TensorFile.write(imported.tensors, metadata: imported.metadata, to: "\(folder)/t.safetensors")
      let text = imported.yamlText(name: "t", tensorFile: "t.safetensors", origin: [])
      let layer = try #require(try LayerTrace(text: text, path: "\(folder)/t.yaml").layers.first)
      #expect(layer.shape == GEMMShape(m: 2, k: 3, n: 4))
      let values = try layer.load(seed: 0)
      #expect(values.a == [0, -2, 3, 0, 5, -6])
      #expect(values.bTransposed == Array(1...12))
      importing.pattern = try Pattern("2:4")
      let dense = try importing.trace(
        path: "\(folder)/w.npz", tensors: ["w"], activations: .init(file: "\(folder)/x.npy"))
      #expect(dense.notes.contains { $0.contains("'w' stays dense: it has 3 channels") })
    }
  }

  @Test func `real tensors of a file are quantised, with their scales in the metadata, whatever their names are`()
    throws
  {
    try withTemporaryDirectory { folder in
      let name = #"a "quoted": \name # ü"#
      let header = #"{"a \"quoted\": \\name # ü":{"dtype":"F32","shape":[2,1,2,2],"data_offsets":[0,32]}}"#
      let values: [Float] = [1, 2, 3, 4, -8, 6, 4, 2]
      let data = values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) } }
      try Data(safetensors(header, data: data)).write(to: URL(filePath: "\(folder)/f.safetensors"))
      var importing = TensorImport()
      importing.quantisation = SymmetricQuantisation(granularity: .perChannel, bits: 16)
      importing.image = .init(5, 4)
      importing.groups = 2
      importing.padding = .init(1, 1)
      let imported = try importing.trace(path: "\(folder)/f.safetensors", tensors: [name])
      #expect(imported.metadata.map(\.key) == ["\(name).scale"])
      #expect(imported.metadata.first?.value == "\(4.0 / 32767) \(8.0 / 32767)")
      try TensorFile.write(imported.tensors, metadata: imported.metadata, to: "\(folder)/t.safetensors")
      let text = imported.yamlText(name: "t", tensorFile: "t.safetensors", origin: ["from\nelsewhere"])
      let layers = try LayerTrace(text: text, path: "\(folder)/t.yaml").layers
      #expect(layers.count == 2)
      #expect(layers[0].shape == GEMMShape(m: 1, k: 4, n: 6 * 5))
      #expect(layers[0].operandBits == 16)
      #expect(try layers[1].load(seed: 0).a == [-32767, 24575, 16384, 8192])
    }
  }

  @Test func `what is wanting or does not fit is named`() throws {
    try withTemporaryDirectory { folder in
      let path = "\(folder)/w.npz"
      try TensorFile.write(
        [
          ("w", .int8(TraceDirectory.tensor([2, 4]))), ("f", .int8(TraceDirectory.tensor([4, 2, 3, 3]))),
          ("v", .int8(TraceDirectory.tensor([4]))),
        ],
        to: path)
      var importing = TensorImport()
      expectError(.usage, mentions: "--columns") { try importing.trace(path: path, tensors: ["w"]) }
      expectError(.usage, mentions: "--image") { try importing.trace(path: path, tensors: ["f"]) }
      expectError(.content, mentions: "shape [4]") { try importing.trace(path: path, tensors: ["v"]) }
      expectError(.content, mentions: "no such tensor") { try importing.trace(path: path, tensors: ["nope"]) }
      expectError(.usage, mentions: "--activations") {
        try importing.trace(path: path, tensors: ["w", "f"], activations: .init(file: path, tensor: "v"))
      }
      expectError(.content, mentions: "activations [4] for weights [4, 2, 3, 3]") {
        try importing.trace(path: path, tensors: ["f"], activations: .init(file: path, tensor: "v"))
      }
      importing.image = .init(1, 1)
      expectError(.content, mentions: "a filter that fits") { try importing.trace(path: path, tensors: ["f"]) }
      importing.groups = 3
      expectError(.content, mentions: "3 groups") { try importing.trace(path: path, tensors: ["f"]) }
    }
  }
}
