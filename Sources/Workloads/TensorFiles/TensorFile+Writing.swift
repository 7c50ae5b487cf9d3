// SPDX-License-Identifier: Apache-2.0

import Sparsity

/// A tensor to be written, of whichever integer type.
public enum WritableTensor: Sendable {
  case int8(Tensor<Int8>)
  case int16(Tensor<Int16>)
  case int32(Tensor<Int32>)

  var type: ElementType {
    switch self {
    case .int8: .int8
    case .int16: .int16
    case .int32: .int32
    }
  }

  var shape: [Int] {
    switch self {
    case .int8(let tensor): tensor.shape
    case .int16(let tensor): tensor.shape
    case .int32(let tensor): tensor.shape
    }
  }

  func appendElements(to bytes: inout [UInt8]) {
    switch self {
    case .int8(let tensor): bytes += tensor.elements.map(UInt8.init(bitPattern:))
    case .int16(let tensor): appendLittleEndian(tensor.elements, to: &bytes)
    case .int32(let tensor): appendLittleEndian(tensor.elements, to: &bytes)
    }
  }
}

extension TensorFile {
  /// Writes tensors in the format that the path's extension names.
  ///
  /// The file appears whole or not at all: it is written beside its place under another name, then renamed.
  ///
  /// - Parameters:
  ///   - tensors: in the order of the file; `.npy` takes exactly one, whose name is not stored.
  ///   - metadata: texts that a `.safetensors` file holds beside the tensors; the other formats have no place for them.
  ///   - path: ends in `.npy`, `.npz` or `.safetensors`.
  ///   - replacing: whether an existing file may be replaced.
  /// - Throws: `WorkloadError`: `usage` for an extension that is no format, a tensor count or a name that the format
  ///   cannot hold; `cannotCreate` if the file exists or cannot be made; `inputOutput` if writing fails.
  public static func write(
    _ tensors: [(name: String, tensor: WritableTensor)], metadata: [(key: String, value: String)] = [],
    to path: String, replacing: Bool = false
  ) throws(WorkloadError) {
    let format = try Self.format(of: path, kind: .usage)
    try checkNames(tensors.map(\.name), path: path, format: format)
    let bytes =
      switch format {
      case "npy": npyBytes(tensors[0].tensor)
      case "npz": npzBytes(tensors)
      default: safetensorsBytes(tensors, metadata: metadata)
      }
    try writeAtomically(bytes, to: path, replacing: replacing)
  }

  /// Checks whether `write` could write tensors of these names, without making anything.
  ///
  /// - Throws: what `write` would throw for the extension, the names, an existing file or a folder that takes no file.
  public static func checkWriting(
    _ names: [String], to path: String, replacing: Bool = false
  ) throws(WorkloadError) {
    let format = try Self.format(of: path, kind: .usage)
    try checkNames(names, path: path, format: format)
    try checkPlace(of: path, replacing: replacing)
  }

  private static func checkNames(_ names: [String], path: String, format: String) throws(WorkloadError) {
    func usage(_ problem: String, allowed: String) -> WorkloadError {
      WorkloadError(.usage, file: path, problem, allowed: allowed)
    }
    if format == "npy" {
      guard names.count == 1 else {
        throw usage("\(names.count) tensors cannot be written", allowed: "one, or a path that ends in .npz")
      }
      return
    }
    var seen: Set<String> = []
    for name in names {
      guard !name.isEmpty, name != "__metadata__", name.utf8.count <= 60_000 else {
        throw usage("a tensor cannot have the name \(quoted(name))", allowed: "1 to 60000 bytes, not '__metadata__'")
      }
      guard seen.insert(name).inserted else { throw usage("two tensors are named \(quoted(name))", allowed: "one") }
    }
  }

  /// The bytes of an `.npy` file: version 1.0, row-major, the data aligned to 64 bytes as NumPy does.
  static func npyBytes(_ tensor: WritableTensor) -> [UInt8] {
    let descriptor =
      switch tensor.type {
      case .int8: "|i1"
      case .int16: "<i2"
      default: "<i4"
      }
    let extents = tensor.shape.map(String.init).joined(separator: ", ")
    let tuple = tensor.shape.count == 1 ? "(\(extents),)" : "(\(extents))"
    var header = Array("{'descr': '\(descriptor)', 'fortran_order': False, 'shape': \(tuple), }".utf8)
    let unpadded = 10 + header.count + 1
    header += [UInt8](repeating: UInt8(ascii: " "), count: (64 - unpadded % 64) % 64) + [UInt8(ascii: "\n")]
    var bytes = NPYHeader.magic + [1, 0]
    appendLittleEndian(UInt16(header.count), to: &bytes)
    bytes += header
    tensor.appendElements(to: &bytes)
    return bytes
  }

  /// The bytes of a `.safetensors` file; the header is padded with spaces so that the data is aligned to 8 bytes.
  static func safetensorsBytes(
    _ tensors: [(name: String, tensor: WritableTensor)], metadata: [(key: String, value: String)] = []
  ) -> [UInt8] {
    var data: [UInt8] = []
    let texts = metadata.map { "\(jsonString($0.key)):\(jsonString($0.value))" }.joined(separator: ",")
    let head = metadata.isEmpty ? [] : ["\"__metadata__\":{\(texts)}"]
    let members =
      head
      + tensors.map { name, tensor in
        let begin = data.count
        tensor.appendElements(to: &data)
        let dtype = "I\(tensor.type.bits ?? 0)"
        let extents = tensor.shape.map(String.init).joined(separator: ",")
        let fields = "\"dtype\":\"\(dtype)\",\"shape\":[\(extents)],\"data_offsets\":[\(begin),\(data.count)]"
        return "\(jsonString(name)):{\(fields)}"
      }
    var header = Array("{\(members.joined(separator: ","))}".utf8)
    header += [UInt8](repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
    var bytes: [UInt8] = []
    appendLittleEndian(UInt64(header.count), to: &bytes)
    return bytes + header + data
  }

  private static func jsonString(_ text: String) -> String {
    var json = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": json += "\\\(scalar)"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: json.unicodeScalars.append(scalar)
      }
    }
    return json + "\""
  }
}

extension WorkloadError {
  /// The same mistake seen as another kind: a bad extension is content when it is read, usage when it is written.
  func with(kind: Kind) -> WorkloadError {
    WorkloadError(
      kind, file: file, line: line, column: column, field: field, problem, allowed: allowed, suggestion: suggestion)
  }
}
