// SPDX-License-Identifier: Apache-2.0

extension TensorFile {
  /// Writes a copy of this `.safetensors` file in which some tensors have other elements.
  ///
  /// Everything else is copied byte for byte: the header with its metadata, and tensors of types that hssim does not
  /// compute with.
  ///
  /// - Parameters:
  ///   - path: ends in `.safetensors`.
  ///   - changed: tensors of the file, with the type and shape that they have there.
  ///   - replacing: whether an existing file may be replaced.
  /// - Throws: `WorkloadError` as `write` does; `content` for a tensor that the file does not hold so.
  public func writeCopy(
    to path: String, changing changed: [(name: String, tensor: WritableTensor)], replacing: Bool = false
  ) throws(WorkloadError) {
    try Self.checkCopying(from: self.path, to: path, replacing: replacing)
    var bytes = try readAllBytes()
    for (name, tensor) in changed {
      let (description, range) = try place(of: name)
      guard description.type == tensor.type, description.shape == tensor.shape else {
        throw WorkloadError(
          .content, file: self.path, field: name,
          "the tensor is \(description.type) \(description.shape), not \(tensor.type) \(tensor.shape)")
      }
      var elements: [UInt8] = []
      tensor.appendElements(to: &elements)
      bytes.replaceSubrange(range, with: elements)
    }
    try writeAtomically(bytes, to: path, replacing: replacing)
  }

  /// Checks whether `writeCopy` could write to `path`, without making anything.
  public static func checkCopying(
    from source: String, to path: String, replacing: Bool = false
  ) throws(WorkloadError) {
    for (file, kind) in [(source, WorkloadError.Kind.content), (path, .usage)]
    where try format(of: file, kind: kind) != "safetensors" {
      throw WorkloadError(kind, file: file, "is no .safetensors file", allowed: "a path that ends in .safetensors")
    }
    try checkPlace(of: path, replacing: replacing)
  }
}
