// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A pseudo-terminal: what a program writes to its end of it can be read here.
final class Terminal {
  /// The end that a program takes for a terminal. Closed here once the program has it, so that reading ends with it.
  let programEnd: FileHandle
  private let ownEnd: Int32

  struct Unavailable: Error {
    let reason = String(cString: strerror(errno))
  }

  /// Whether the system has pseudo-terminals.
  static var isAvailable: Bool { (try? Terminal()) != nil }

  /// Asks the kernel itself: the C library's functions for this are not in Foundation.
  init() throws {
    ownEnd = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    var (locked, number): (CInt, CUnsignedInt) = (0, 0)
    guard ownEnd >= 0, ioctl(ownEnd, Self.setLock, &locked) == 0, ioctl(ownEnd, Self.getNumber, &number) == 0 else {
      throw Unavailable()
    }
    let descriptor = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
    guard descriptor >= 0 else { throw Unavailable() }
    programEnd = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
  }

  /// `TIOCSPTLCK` and `TIOCGPTN` of Linux, ioctl_tty(2).
  private static let setLock: CUnsignedLong = 0x4004_5431
  private static let getNumber: CUnsignedLong = 0x8004_5430

  deinit { close(ownEnd) }

  /// Everything that the program writes until it ends.
  func readToEnd() throws -> String {
    try programEnd.close()
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(ownEnd, &buffer, buffer.count)
      // The last program's end being closed is an error of input, not an end of file.
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return String(decoding: text, as: UTF8.self) }
      text += buffer.prefix(count)
    }
  }
}
