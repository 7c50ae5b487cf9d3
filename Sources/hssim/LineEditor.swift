// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Reads lines from a terminal, with editing, history and completion.
///
/// Left, right, Home, End (or Ctrl-A, Ctrl-E), Backspace, Delete, Ctrl-K, Ctrl-U, Ctrl-W edit; up and down, or Ctrl-P
/// and Ctrl-N, walk through the history; Tab completes a word; Ctrl-C drops the line; Ctrl-D on an empty line ends.
struct LineEditor {
  private var history: [String] = []

  /// The line, without its end; nil at the end of input.
  mutating func readLine(prompt: String, completing names: [String]) -> String? {
    var before = termios()
    guard tcgetattr(STDIN_FILENO, &before) == 0 else { return Swift.readLine() }
    var raw = before
    raw.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
    raw.c_iflag &= ~tcflag_t(IXON | ICRNL)
    withUnsafeMutableBytes(of: &raw.c_cc) { characters in
      characters[Int(VMIN)] = 1
      characters[Int(VTIME)] = 0
    }
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw)
    defer { tcsetattr(STDIN_FILENO, TCSAFLUSH, &before) }
    var line = EditedLine(history: history)
    while true {
      Self.write("\r\u{1B}[K\(prompt)\(line.text)" + line.cursorMove)
      guard let key = Self.readKey() else { return nil }
      switch key {
      case .enter:
        Self.write("\n")
        if !line.text.isEmpty, line.text != history.last { history.append(line.text) }
        return line.text
      case .end where line.text.isEmpty:
        Self.write("\n")
        return nil
      case .interrupt: line = EditedLine(history: history)
      case .complete: line.complete(among: names)
      default: line.edit(key)
      }
    }
  }

  private static func write(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }

  private static func readByte() -> UInt8? {
    var byte: UInt8 = 0
    while true {
      let count = read(STDIN_FILENO, &byte, 1)
      if count == 1 { return byte }
      guard count < 0, errno == EINTR else { return nil }
    }
  }

  private static func readKey() -> EditingKey? {
    guard let first = readByte() else { return nil }
    if first == 0x1B { return escape() }
    if let key = EditingKey(control: first) { return key }
    guard first >= 0x20 else { return .nothing }
    // The other bytes of a character outside ASCII.
    var bytes = [first]
    let count = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0
    for _ in 0..<count { if let byte = readByte() { bytes.append(byte) } }
    return .insert(String(decoding: bytes, as: UTF8.self))
  }

  /// A key that sends a sequence behind Escape.
  private static func escape() -> EditingKey {
    guard let second = readByte(), second == UInt8(ascii: "[") || second == UInt8(ascii: "O"), let third = readByte()
    else { return .nothing }
    if let key = EditingKey(escape: third) { return key }
    // `ESC [ digit ~`
    guard third >= UInt8(ascii: "0"), third <= UInt8(ascii: "9"), readByte() == UInt8(ascii: "~") else {
      return .nothing
    }
    switch third {
    case UInt8(ascii: "1"), UInt8(ascii: "7"): return .home
    case UInt8(ascii: "4"), UInt8(ascii: "8"): return .endOfLine
    case UInt8(ascii: "3"): return .delete
    default: return .nothing
    }
  }
}
