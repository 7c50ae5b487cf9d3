// SPDX-License-Identifier: Apache-2.0

/// The words of a Matrix Market file, with the line they stand in; comment lines and empty lines are passed over.
struct MatrixMarketWords {
  private let bytes: [UInt8]
  private let path: String
  private var position = 0
  /// Of the word taken last, counted from 1.
  private(set) var line = 1

  /// A number has no more digits than this in any file.
  private static let longestWord = 64

  init(_ bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
  }

  func error(_ problem: String, allowed: String) -> WorkloadError {
    WorkloadError(.content, file: path, line: line, problem, allowed: allowed)
  }

  /// Whether there is no word left.
  var isAtEnd: Bool {
    mutating get {
      skip(acrossLines: true)
      return position == bytes.count
    }
  }

  /// The words up to the end of the line, which is taken too.
  mutating func takeLine() -> [String] {
    var words: [String] = []
    while true {
      skip(acrossLines: false)
      guard position < bytes.count, bytes[position] != UInt8(ascii: "\n") else { break }
      words.append(String(decoding: takeBytes(), as: UTF8.self))
    }
    return words
  }

  /// The line of extents: `rows columns` or `rows columns entries`.
  mutating func takeSizeLine(_ count: Int) throws(WorkloadError) -> [Int] {
    skip(acrossLines: true)
    let words = takeLine()
    let allowed = count == 3 ? "rows, columns and entries" : "rows and columns"
    guard words.count == count else { throw error("a line of \(words.count) words for the size", allowed: allowed) }
    var numbers: [Int] = []
    for word in words {
      guard word.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let number = Int(word)
      else { throw error("\(quoted(word)) in the line for the size", allowed: allowed) }
      numbers.append(number)
    }
    return numbers
  }

  mutating func takeIndex(upTo limit: Int) throws(WorkloadError) -> Int {
    let value = try takeInteger()
    guard value >= 1, value <= limit else { throw error("the index \(value)", allowed: "1 to \(limit)") }
    return Int(value)
  }

  mutating func takeInteger() throws(WorkloadError) -> Int64 {
    let word = try takeWord()
    guard let value = Int64(word), value != .min else { throw error("\(quoted(word))", allowed: "an integer") }
    return value
  }

  mutating func takeReal() throws(WorkloadError) -> Double {
    let word = try takeWord()
    // `Double` would also take names and hexadecimal numbers.
    guard word.utf8.allSatisfy({ "0123456789.eEdD+-".utf8.contains($0) }),
      let value = Double(String(word.map { $0 == "d" || $0 == "D" ? "e" : $0 })), value.isFinite
    else { throw error("\(quoted(word))", allowed: "a finite number") }
    return value
  }

  private mutating func takeWord() throws(WorkloadError) -> String {
    skip(acrossLines: true)
    guard position < bytes.count else { throw error("the file ends too early", allowed: "as many entries as it says") }
    let word = takeBytes()
    guard word.count <= Self.longestWord else {
      throw error("a word of \(word.count) characters", allowed: "at most \(Self.longestWord)")
    }
    return String(decoding: word, as: UTF8.self)
  }

  private mutating func takeBytes() -> ArraySlice<UInt8> {
    let start = position
    while position < bytes.count, !isSpace(bytes[position]), bytes[position] != UInt8(ascii: "\n") { position += 1 }
    return bytes[start..<position]
  }

  /// Passes over spaces; over ends of lines and the comments behind them too, if asked for.
  private mutating func skip(acrossLines: Bool) {
    while position < bytes.count {
      if isSpace(bytes[position]) {
        position += 1
      } else if acrossLines, bytes[position] == UInt8(ascii: "\n") {
        position += 1
        line += 1
        guard position < bytes.count, bytes[position] == UInt8(ascii: "%") else { continue }
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
      } else {
        return
      }
    }
  }

  private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
}
