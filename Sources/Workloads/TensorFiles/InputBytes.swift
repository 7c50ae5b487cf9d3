// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Bytes that can be read piece by piece: a file, a part of a file, or an array in memory.
///
/// Nothing is read until it is asked for, and never more than was asked for, so that a file's headers can be checked
/// without its tensors. No descriptor is held: each read opens the file again.
struct InputBytes: Sendable {
  private enum Storage: Sendable {
    case file
    case memory([UInt8])
  }

  /// The file as the user named it, for messages.
  let path: String
  /// The part of the file that this is, such as `member 'w.npy'`; nil for the whole.
  let part: String?
  /// Number of bytes.
  let count: Int
  private let storage: Storage
  /// Where this part begins in the storage.
  private let start: Int

  /// The bytes of an array, under a name for messages.
  init(_ bytes: [UInt8], path: String) {
    self.init(path: path, part: nil, count: bytes.count, storage: .memory(bytes), start: 0)
  }

  /// The bytes of a regular file.
  ///
  /// - Throws: `WorkloadError` of kind `missing` if there is no such file, or it is not a readable regular file.
  init(file path: String) throws(WorkloadError) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw WorkloadError(.missing, file: path, "cannot be opened: \(String(cString: strerror(errno)))")
    }
    // A pipe or a device would block or never end.
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw WorkloadError(.missing, file: path, "is not a regular file")
    }
    guard access(path, R_OK) == 0 else {
      throw WorkloadError(.missing, file: path, "cannot be read: \(String(cString: strerror(errno)))")
    }
    self.init(path: path, part: nil, count: Int(status.st_size), storage: .file, start: 0)
  }

  private init(path: String, part: String?, count: Int, storage: Storage, start: Int) {
    self.path = path
    self.part = part
    self.count = count
    self.storage = storage
    self.start = start
  }

  /// A part of these bytes, named for messages.
  ///
  /// - Precondition: `range` lies inside `0..<count`.
  func window(_ range: Range<Int>, part: String) -> InputBytes {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "a window lies inside the bytes it looks at")
    return InputBytes(path: path, part: part, count: range.count, storage: storage, start: start + range.lowerBound)
  }

  /// The bytes in `range`.
  ///
  /// - Precondition: `range` lies inside `0..<count`.
  /// - Throws: `WorkloadError` of kind `inputOutput` if the file changed or failed since it was opened.
  func read(_ range: Range<Int>) throws(WorkloadError) -> [UInt8] {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "a read lies inside the bytes")
    switch storage {
    case .memory(let bytes):
      return Array(bytes[start + range.lowerBound..<start + range.upperBound])
    case .file:
      return try readFile(from: start + range.lowerBound, count: range.count)
    }
  }

  /// An error about the content, naming file and part.
  func malformed(_ problem: String, allowed: String? = nil, suggestion: String? = nil) -> WorkloadError {
    WorkloadError(.content, file: path, field: part, problem, allowed: allowed, suggestion: suggestion)
  }

  private func readFile(from offset: Int, count: Int) throws(WorkloadError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw WorkloadError(.missing, file: path, "cannot be opened: \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    var failure: String?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while initialized < count {
        let target = buffer.baseAddress?.advanced(by: initialized)
        let received = pread(descriptor, target, count - initialized, off_t(offset + initialized))
        if received < 0 && errno == EINTR { continue }
        guard received > 0 else {
          failure = received < 0 ? String(cString: strerror(errno)) : "the file became shorter"
          return
        }
        initialized += received
      }
    }
    if let failure { throw WorkloadError(.inputOutput, file: path, "cannot be read: \(failure)") }
    return bytes
  }
}

/// The unsigned little-endian integer of `width` bytes at `offset`.
///
/// - Precondition: the integer lies inside `bytes`; `width` is at most 8.
func littleEndian(_ bytes: [UInt8], at offset: Int, width: Int) -> UInt64 {
  var value: UInt64 = 0
  for index in 0..<width { value |= UInt64(bytes[offset + index]) << (8 * UInt64(index)) }
  return value
}

/// The product of a shape's extents, or nil if it overflows `Int` or an extent is negative.
func elementCount(of shape: [Int]) -> Int? {
  // A zero makes the product zero whatever the others are, so it is looked for before overflow is.
  guard shape.allSatisfy({ $0 >= 0 }) else { return nil }
  if shape.contains(0) { return 0 }
  var product = 1
  for extent in shape {
    let (next, overflow) = product.multipliedReportingOverflow(by: extent)
    if overflow { return nil }
    product = next
  }
  return product
}
