// SPDX-License-Identifier: Apache-2.0

/// Says what messages of one layout carry, many times: names are prepared, and words that return are remembered.
struct MessageWording {
  private struct Part {
    /// What stands before the field: its name, and a comma behind the field before.
    let prefix: [UInt8]
    let field: StateLayout.Field
    /// By a field's byte, the word for it, empty until it is first needed; none where the field is a number.
    var words: [[UInt8]]
  }

  private var parts: [Part] = []
  /// Where the plain fields lie, joined where they lie side by side.
  private var ranges: [Range<Int>] = []

  init(_ layout: StateLayout) {
    for field in layout.fields where field.integer != nil {
      let prefix = (parts.isEmpty ? "" : ", ") + (field.name.isEmpty ? "" : field.name + " ")
      let isWord = !field.isPlainNumber && field.size == 1
      parts.append(
        Part(
          prefix: Array(prefix.utf8), field: field, words: isWord ? Array(repeating: [], count: 256) : []))
      let end = field.offset + field.size
      if let last = ranges.last, last.upperBound == field.offset {
        ranges[ranges.count - 1] = last.lowerBound..<end
      } else {
        ranges.append(field.offset..<end)
      }
    }
  }

  /// Adds the memory of the plain fields of the message at `content`.
  func appendKey(of content: UnsafeRawPointer, to key: inout [UInt8]) {
    for range in ranges {
      key.append(contentsOf: UnsafeRawBufferPointer(start: content + range.lowerBound, count: range.count))
    }
  }

  /// The plain fields of the message at `content`, as `InspectedMessage.text` has them, in UTF-8.
  mutating func text(of content: UnsafeRawPointer) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(24 * parts.count)
    for index in parts.indices {
      let field = parts[index].field
      let place = content + field.offset
      text += parts[index].prefix
      if field.isPlainNumber, let integer = field.integer {
        text.append(contentsOf: String(integer(place)).utf8)
      } else if parts[index].words.isEmpty {
        text.append(contentsOf: field.text(place).utf8)
      } else {
        let byte = Int(place.load(as: UInt8.self))
        if parts[index].words[byte].isEmpty { parts[index].words[byte] = Array(field.text(place).utf8) }
        text += parts[index].words[byte]
      }
    }
    return text
  }
}
