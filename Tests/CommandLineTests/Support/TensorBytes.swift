// SPDX-License-Identifier: Apache-2.0

/// The bytes of a `.safetensors` file with this header and this many bytes of data, 1, 2, 3, ….
func safetensors(_ header: String, dataBytes: Int = 0) -> [UInt8] {
  let count = UInt64(header.utf8.count)
  return (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + Array(header.utf8) + counting(dataBytes)
}

/// The bytes of a version 1.0 `.npy` file with this header and this many bytes of data, 1, 2, 3, ….
func npy(_ header: String, dataBytes: Int = 0, version: UInt8 = 1) -> [UInt8] {
  let count = header.utf8.count
  return [0x93] + Array("NUMPY".utf8) + [version, 0, UInt8(count & 0xFF), UInt8(count >> 8)] + Array(header.utf8)
    + counting(dataBytes)
}

/// The header of an `.npy` file.
func npyHeader(_ type: String, _ shape: String) -> String {
  "{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }\n"
}

private func counting(_ count: Int) -> [UInt8] { (0..<count).map { UInt8($0 % 127 + 1) } }
