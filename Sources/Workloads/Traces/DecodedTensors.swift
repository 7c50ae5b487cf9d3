// SPDX-License-Identifier: Apache-2.0

import Sparsity
import Synchronization

/// Reads the tensors of a trace, and keeps those that were read last.
///
/// The products of a batch and the groups of a convolution are layers that read the same two tensors one after the other; so do
/// the designs of a comparison. Without this, each would decode them as a whole, for its part of them.
///
/// Copies of a trace share it. Which layers read what, and in what order threads come, changes no value.
final class DecodedTensors: Sendable {
  /// A tensor as it was found when the trace was read.
  struct Key: Equatable, Sendable {
    let path: String
    let tensor: String?
    let description: TensorFile.Description
  }

  /// What is kept at most, in bytes of decoded values; a larger tensor is read each time.
  static let defaultByteLimit = 64 << 20

  private struct Contents {
    /// The one used last comes last.
    var tensors: [(key: Key, values: Tensor<Int16>)] = []
    var byteCount = 0
    var readCount = 0
  }

  private let byteLimit: Int
  private let contents = Mutex(Contents())

  init(byteLimit: Int = DecodedTensors.defaultByteLimit) { self.byteLimit = byteLimit }

  /// How often a tensor was read from its file.
  var readCount: Int { contents.withLock(\.readCount) }

  /// Bytes of the values that are kept.
  var byteCount: Int { contents.withLock(\.byteCount) }

  /// The values of a tensor.
  ///
  /// - Throws: `WorkloadError`: `missing` or `inputOutput` if the file cannot be read any more, or the tensor is not what it was;
  ///   `content` where its values are not allowed.
  func values(of key: Key) throws(WorkloadError) -> Tensor<Int16> {
    try contents.withLock { contents throws(WorkloadError) in
      if let place = contents.tensors.firstIndex(where: { $0.key == key }) {
        let found = contents.tensors.remove(at: place)
        contents.tensors.append(found)
        return found.values
      }
      let values = try Self.read(key)
      contents.readCount += 1
      let bytes = Self.byteCount(values)
      guard bytes <= byteLimit else { return values }
      contents.byteCount += bytes
      while contents.byteCount > byteLimit {
        contents.byteCount -= Self.byteCount(contents.tensors.removeFirst().values)
      }
      contents.tensors.append((key, values))
      return values
    }
  }

  private static func read(_ key: Key) throws(WorkloadError) -> Tensor<Int16> {
    let file = try TensorFile(path: key.path)
    guard try file.description(of: key.tensor) == key.description else {
      throw WorkloadError(
        .inputOutput, file: key.path, field: key.tensor,
        "the tensor's type or shape changed while the trace was running")
    }
    return try file.readInt16(key.tensor)
  }

  private static func byteCount(_ values: Tensor<Int16>) -> Int {
    values.elements.count * MemoryLayout<Int16>.size
  }
}

extension DecodedTensors: Equatable {
  /// Whether both are the same one.
  static func == (left: DecodedTensors, right: DecodedTensors) -> Bool { left === right }
}
