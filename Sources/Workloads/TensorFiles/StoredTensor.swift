// SPDX-License-Identifier: Apache-2.0

/// A tensor's header and where its elements lie.
struct StoredTensor {
  let description: TensorFile.Description
  /// The first dimension is contiguous, instead of the last one.
  let isFortranOrder: Bool
  private let input: InputBytes
  /// Where the elements lie in `input`.
  let range: Range<Int>
  /// CRC-32 of the whole of `input`, where the format has one.
  private let checksum: UInt32?

  init(name: String, header: NPYHeader, input: InputBytes, checksum: UInt32? = nil) {
    description = TensorFile.Description(name: name, type: header.type, shape: header.shape)
    isFortranOrder = header.isFortranOrder
    self.input = input
    self.checksum = checksum
    range = header.dataOffset..<input.count
  }

  init(_ entry: SafetensorsHeader.Entry, input: InputBytes) {
    description = TensorFile.Description(name: entry.name, type: entry.type, shape: entry.shape)
    isFortranOrder = false
    self.input = input
    checksum = nil
    range = entry.range
  }

  /// The elements as they are stored.
  ///
  /// - Throws: `WorkloadError` of kind `content` if they do not have the checksum that the file gives.
  func readElements() throws(WorkloadError) -> [UInt8] {
    guard let checksum else { return try input.read(range) }
    let bytes = try input.read(0..<input.count)
    let found = CRC32.checksum(of: bytes)
    guard found == checksum else {
      throw input.malformed("is damaged: its CRC-32 is \(found), the archive says \(checksum)")
    }
    return Array(bytes[range])
  }
}

/// Elements stored with the first dimension contiguous, put in row-major order.
///
/// - Parameter shape: extent of each dimension, outermost first; its product is the number of elements.
func rowMajor<Element>(_ elements: [Element], fromFortranOrder shape: [Int]) -> [Element] {
  guard !elements.isEmpty else { return [] }
  var strides: [Int] = []
  var product = 1
  for extent in shape {
    strides.append(product)
    product *= extent
  }
  var index = [Int](repeating: 0, count: shape.count)
  var position = 0
  return elements.indices.map { _ in
    let element = elements[position]
    // Advance like an odometer, the last dimension turning fastest.
    var dimension = shape.count - 1
    while dimension >= 0 {
      index[dimension] += 1
      position += strides[dimension]
      if index[dimension] < shape[dimension] { break }
      position -= strides[dimension] * shape[dimension]
      index[dimension] = 0
      dimension -= 1
    }
    return element
  }
}
