// SPDX-License-Identifier: Apache-2.0

import Sparsity

/// A file of tensors: `.npy` (NumPy, one tensor), `.npz` (as `numpy.savez` writes it) or `.safetensors`.
///
///     let file = try TensorFile(path: "minilm.safetensors")
///     let weight = try file.description(of: "l0.ffn.up.weight")   // reads headers only
///     let tensor = try file.readInt16("l0.ffn.up.weight")         // reads this tensor only
///
/// The whole file's structure is checked when it is opened, a tensor's values only when they are read. The format is
/// told by the extension, never guessed from the content.
public struct TensorFile: Sendable {
  /// What a file says about a tensor before its elements are read.
  public struct Description: Sendable, Equatable {
    /// The tensor's name; empty in an `.npy` file, whose only tensor has none.
    public let name: String
    public let type: ElementType
    /// Extent of each dimension, outermost first.
    public let shape: [Int]
  }

  /// The extensions that are read, without the dot.
  public static let formats = ["npy", "npz", "safetensors"]

  private enum Contents: Sendable {
    case npy(NPYHeader)
    case npz(ZipArchive)
    case safetensors([SafetensorsHeader.Entry])
  }

  private let input: InputBytes
  private let contents: Contents

  public var path: String { input.path }

  /// Opens a file and checks its headers.
  ///
  /// - Throws: `WorkloadError`: `missing` if the file cannot be opened, `content` if it is malformed or its extension is
  ///   none of `formats`.
  public init(path: String) throws(WorkloadError) {
    let format = try Self.format(of: path)
    try self.init(InputBytes(file: path), format: format)
  }

  /// The extension of a path, if it is one of `formats`.
  static func format(of path: String) throws(WorkloadError) -> String {
    let file = path.split(separator: "/").last ?? ""
    let format = file.split(separator: ".", omittingEmptySubsequences: false).dropFirst().last.map(String.init) ?? ""
    guard formats.contains(format) else {
      throw WorkloadError(
        .content, file: path, "the extension \(quoted(format)) names no tensor format",
        allowed: formats.map { "." + $0 }.joined(separator: ", "), suggestion: suggestion(for: format, among: formats))
    }
    return format
  }

  /// The same, with the kind of error that suits where the path comes from.
  static func format(of path: String, kind: WorkloadError.Kind) throws(WorkloadError) -> String {
    do { return try format(of: path) } catch { throw error.with(kind: kind) }
  }

  init(_ input: InputBytes, format: String) throws(WorkloadError) {
    self.input = input
    contents =
      switch format {
      case "npy": .npy(try NPYHeader(reading: input))
      case "npz": .npz(try Self.archive(input))
      default: .safetensors(try SafetensorsHeader(reading: input).entries)
      }
  }

  /// The names of the file's tensors, in the order of the file.
  public var names: [String] {
    switch contents {
    case .npy: [""]
    case .npz(let archive): archive.members.map { Self.tensorName(ofMember: $0.name) }
    case .safetensors(let entries): entries.map(\.name)
    }
  }

  /// Type and shape of a tensor, without reading its elements.
  ///
  /// - Parameter name: the tensor; nil for the only one of the file.
  /// - Throws: `WorkloadError` of kind `content` if there is no such tensor, or its header is malformed.
  public func description(of name: String? = nil) throws(WorkloadError) -> Description {
    try locate(name).description
  }

  /// A tensor of `int8` elements.
  public func readInt8(_ name: String? = nil) throws(WorkloadError) -> Tensor<Int8> { try read(name) }

  /// A tensor of `int8` or `int16` elements.
  public func readInt16(_ name: String? = nil) throws(WorkloadError) -> Tensor<Int16> { try read(name) }

  /// A tensor of `int8`, `int16` or `int32` elements.
  public func readInt32(_ name: String? = nil) throws(WorkloadError) -> Tensor<Int32> { try read(name) }

  private func read<Element: TensorElement>(_ name: String?) throws(WorkloadError) -> Tensor<Element> {
    let stored = try locate(name)
    let description = stored.description
    guard let bits = description.type.bits, bits <= Element.bitWidth else {
      throw unreadable(description, widest: Element.bitWidth)
    }
    let bytes = try stored.readElements()
    let elements: [Element] = decodeLittleEndian(bytes, stored: description.type)
    guard stored.isFortranOrder else { return Tensor(shape: description.shape, elements: elements) }
    return Tensor(shape: description.shape, elements: rowMajor(elements, fromFortranOrder: description.shape))
  }

  private func unreadable(_ description: Description, widest: Int) -> WorkloadError {
    let readable = ["int8", "int16", "int32"].prefix(widest == 8 ? 1 : widest == 16 ? 2 : 3).joined(separator: ", ")
    return WorkloadError(
      .content, file: path, field: description.name.isEmpty ? nil : description.name,
      "the elements are of type \(quoted(description.type.description))",
      allowed: "\(readable), little-endian (quantise the tensor first)")
  }

  /// The file as it is stored.
  func readAllBytes() throws(WorkloadError) -> [UInt8] { try input.read(0..<input.count) }

  /// A tensor of a `.safetensors` file, and where in the file its elements lie.
  func place(of name: String) throws(WorkloadError) -> (description: Description, range: Range<Int>) {
    let tensor = try locate(name)
    return (tensor.description, tensor.range)
  }

  /// A tensor's header and the place of its elements, of whatever type they are.
  func storedTensor(_ name: String?) throws(WorkloadError) -> StoredTensor { try locate(name) }

  private func locate(_ name: String?) throws(WorkloadError) -> StoredTensor {
    let name = try resolve(name)
    switch contents {
    case .npy(let header):
      return StoredTensor(name: "", header: header, input: input)
    case .npz(let archive):
      guard let member = archive.members.first(where: { Self.tensorName(ofMember: $0.name) == name }) else {
        throw unknownTensor(name)
      }
      let contents = try archive.contents(of: member)
      let header = try NPYHeader(reading: contents)
      return StoredTensor(name: name, header: header, input: contents, checksum: member.checksum)
    case .safetensors(let entries):
      guard let entry = entries.first(where: { $0.name == name }) else { throw unknownTensor(name) }
      return StoredTensor(entry, input: input)
    }
  }

  private func resolve(_ name: String?) throws(WorkloadError) -> String {
    let names = names
    guard let name else {
      guard names.count == 1 else {
        throw WorkloadError(
          .content, file: path, "holds \(names.count) tensors, so one must be named", allowed: listed(names))
      }
      return names[0]
    }
    if case .npy = contents, !name.isEmpty {
      throw WorkloadError(.content, file: path, field: name, "an .npy file holds one tensor, which has no name")
    }
    return name
  }

  private func unknownTensor(_ name: String) -> WorkloadError {
    WorkloadError(
      .content, file: path, field: name, "the file has no such tensor", allowed: listed(names),
      suggestion: suggestion(for: name, among: names))
  }

  /// A zip archive whose members are all `.npy` files.
  private static func archive(_ input: InputBytes) throws(WorkloadError) -> ZipArchive {
    let archive = try ZipArchive(reading: input)
    if let member = archive.members.first(where: { !$0.name.hasSuffix(".npy") }) {
      throw input.malformed("has the member \(quoted(member.name))", allowed: "members named '<tensor>.npy'")
    }
    return archive
  }

  /// `numpy.savez` adds `.npy` to each name.
  private static func tensorName(ofMember name: String) -> String { String(name.dropLast(4)) }
}
