// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What the command answers, as opposed to what it says about itself on standard error.
enum StandardOutput {
  /// Writes all of `text`, or says that it could not: a full disk must not pass for an answer.
  ///
  /// A reader that has seen enough (`hssim … | head`) ends the process by SIGPIPE, silently; where that signal is
  /// ignored, the rest is dropped.
  static func write(_ text: String) throws(CommandError) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      if count < 0 && errno == EPIPE { return }
      guard count > 0 else {
        throw CommandError(.inputOutput, "standard output: cannot be written: \(String(cString: strerror(errno)))")
      }
      bytes = bytes.dropFirst(count)
    }
  }
}
