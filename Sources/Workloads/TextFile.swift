// SPDX-License-Identifier: Apache-2.0

/// Text files that are read and written whole, such as memory traces and command timelines.
public enum TextFile {
  /// The bytes of a regular file.
  ///
  /// - Throws: `WorkloadError` of kind `missing` or `inputOutput`.
  public static func bytes(of path: String) throws(WorkloadError) -> [UInt8] {
    let input = try InputBytes(file: path)
    return try input.read(0..<input.count)
  }

  /// Checks whether `write` could make the file, without making anything.
  ///
  /// - Throws: `WorkloadError` of kind `cannotCreate`.
  public static func checkWriting(to path: String, replacing: Bool) throws(WorkloadError) {
    try checkPlace(of: path, replacing: replacing)
  }

  /// Writes a file, which appears whole or not at all.
  ///
  /// - Throws: `WorkloadError` of kind `cannotCreate` or `inputOutput`.
  public static func write(_ text: String, to path: String, replacing: Bool) throws(WorkloadError) {
    try write(Array(text.utf8), to: path, replacing: replacing)
  }

  /// Writes a file of any bytes in the same way.
  public static func write(_ bytes: [UInt8], to path: String, replacing: Bool) throws(WorkloadError) {
    try writeAtomically(bytes, to: path, replacing: replacing)
  }
}
