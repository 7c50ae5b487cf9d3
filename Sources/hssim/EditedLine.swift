// SPDX-License-Identifier: Apache-2.0

/// What a key does to a line.
enum EditingKey: Equatable {
  case insert(String)
  case enter, end, interrupt, complete, nothing
  case left, right, home, endOfLine, up, down
  case backspace, delete, killToEnd, killToStart, killWord

  /// A control character; nil for others.
  init?(control byte: UInt8) {
    switch byte {
    case 0x0D, 0x0A: self = .enter
    case 0x01: self = .home
    case 0x02: self = .left
    case 0x03: self = .interrupt
    case 0x04: self = .end
    case 0x05: self = .endOfLine
    case 0x06: self = .right
    case 0x08, 0x7F: self = .backspace
    case 0x09: self = .complete
    case 0x0B: self = .killToEnd
    case 0x0E: self = .down
    case 0x10: self = .up
    case 0x15: self = .killToStart
    case 0x17: self = .killWord
    default: return nil
    }
  }

  /// The last byte of a sequence `ESC [ byte`; nil for others.
  init?(escape byte: UInt8) {
    switch byte {
    case UInt8(ascii: "A"): self = .up
    case UInt8(ascii: "B"): self = .down
    case UInt8(ascii: "C"): self = .right
    case UInt8(ascii: "D"): self = .left
    case UInt8(ascii: "H"): self = .home
    case UInt8(ascii: "F"): self = .endOfLine
    default: return nil
    }
  }
}

/// A line while it is typed: its characters, the cursor, and where in the history it is.
struct EditedLine {
  private var characters: [Character] = []
  private(set) var cursor = 0
  /// The history, and behind it the line that was begun.
  private var lines: [String]
  private var position: Int

  init(history: [String]) {
    lines = history + [""]
    position = history.count
  }

  var text: String { String(characters) }

  /// Moves a terminal's cursor from the end of the line to where it belongs.
  var cursorMove: String { cursor < characters.count ? "\u{1B}[\(characters.count - cursor)D" : "" }

  mutating func edit(_ key: EditingKey) {
    switch key {
    case .insert(let text):
      characters.insert(contentsOf: text, at: cursor)
      cursor += text.count
    case .left: cursor = max(0, cursor - 1)
    case .right: cursor = min(characters.count, cursor + 1)
    case .home: cursor = 0
    case .endOfLine: cursor = characters.count
    case .backspace where cursor > 0:
      cursor -= 1
      characters.remove(at: cursor)
    case .delete where cursor < characters.count, .end where cursor < characters.count: characters.remove(at: cursor)
    case .killToEnd: characters.removeSubrange(cursor...)
    case .killToStart:
      characters.removeSubrange(..<cursor)
      cursor = 0
    case .killWord:
      let head = characters[..<cursor].reversed().drop { $0 == " " }.drop { $0 != " " }.count
      characters.removeSubrange(head..<cursor)
      cursor = head
    case .up: recall(position - 1)
    case .down: recall(position + 1)
    default: break
    }
  }

  private mutating func recall(_ wanted: Int) {
    guard lines.indices.contains(wanted) else { return }
    lines[position] = text
    position = wanted
    characters = Array(lines[wanted])
    cursor = characters.count
  }

  /// Completes the word before the cursor, as far as all names agree that begin with it.
  mutating func complete(among names: [String]) {
    let start = characters[..<cursor].lastIndex(of: " ").map { $0 + 1 } ?? 0
    let word = String(characters[start..<cursor])
    let fitting = names.filter { $0.hasPrefix(word) }
    guard !word.isEmpty, let first = fitting.first else { return }
    let common = fitting.dropFirst().reduce(first) { String(zip($0, $1).prefix { $0 == $1 }.map(\.0)) }
    edit(.insert(String(common.dropFirst(word.count)) + (fitting.count == 1 ? " " : "")))
  }
}
