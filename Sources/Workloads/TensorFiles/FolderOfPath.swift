// SPDX-License-Identifier: Apache-2.0

extension String {
  /// The path up to its last slash; empty where there is none.
  ///
  /// Foundation's `deletingLastPathComponent` traps on a name of one character (Swift 6.3 on Linux).
  var folderOfPath: String {
    guard let slash = utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
    return slash == startIndex ? "/" : String(self[..<slash])
  }
}
