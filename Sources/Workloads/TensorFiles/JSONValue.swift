// SPDX-License-Identifier: Apache-2.0

/// A JSON value as a safetensors header uses JSON: objects, arrays, strings and natural numbers.
///
/// Read strictly (RFC 8259): a key twice in one object is an error, and so is anything after the value. Fractions,
/// signs, booleans and null have no meaning in that header and are refused. (Foundation's parser keeps the last of
/// equal keys without a word.)
enum JSONValue {
  case object([(key: String, value: JSONValue)])
  case array([JSONValue])
  case string(String)
  case number(Int)

  /// Deeper than any header; a limit, because parsing recurses.
  private static let deepest = 8

  init(parsing bytes: [UInt8]) throws(ByteScanner.Failure) {
    var scanner = ByteScanner(bytes)
    self = try Self.value(&scanner, depth: 0)
    scanner.skipWhitespace()
    guard scanner.isAtEnd else { throw scanner.unexpected(wanted: "the end") }
  }

  private static func value(_ scanner: inout ByteScanner, depth: Int) throws(ByteScanner.Failure) -> JSONValue {
    guard depth < deepest else { throw ByteScanner.Failure(problem: "is nested deeper than \(deepest) levels") }
    scanner.skipWhitespace()
    switch scanner.next {
    case UInt8(ascii: "{"): return try object(&scanner, depth: depth)
    case UInt8(ascii: "["): return try array(&scanner, depth: depth)
    case UInt8(ascii: "\""): return .string(try string(&scanner))
    case .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return .number(try scanner.takeNaturalNumber())
    default: throw scanner.unexpected(wanted: "an object, an array, a string or a natural number")
    }
  }

  private static func object(_ scanner: inout ByteScanner, depth: Int) throws(ByteScanner.Failure) -> JSONValue {
    var members: [(key: String, value: JSONValue)] = []
    var keys: Set<String> = []
    try scanner.expect("{")
    scanner.skipWhitespace()
    if scanner.take(if: "}") { return .object([]) }
    repeat {
      scanner.skipWhitespace()
      let key = try string(&scanner)
      guard keys.insert(key).inserted else { throw ByteScanner.Failure(problem: "has the key \(quoted(key)) twice") }
      scanner.skipWhitespace()
      try scanner.expect(":")
      members.append((key, try value(&scanner, depth: depth + 1)))
      scanner.skipWhitespace()
    } while scanner.take(if: ",")
    try scanner.expect("}")
    return .object(members)
  }

  private static func array(_ scanner: inout ByteScanner, depth: Int) throws(ByteScanner.Failure) -> JSONValue {
    var elements: [JSONValue] = []
    try scanner.expect("[")
    scanner.skipWhitespace()
    if scanner.take(if: "]") { return .array([]) }
    repeat {
      elements.append(try value(&scanner, depth: depth + 1))
      scanner.skipWhitespace()
    } while scanner.take(if: ",")
    try scanner.expect("]")
    return .array(elements)
  }

  private static func string(_ scanner: inout ByteScanner) throws(ByteScanner.Failure) -> String {
    try scanner.expect("\"")
    var content: [UInt8] = []
    while true {
      let byte = try scanner.take()
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: content, as: UTF8.self) else {
          throw ByteScanner.Failure(problem: "has a string that is not UTF-8, before byte \(scanner.position)")
        }
        return text
      case UInt8(ascii: "\\"): content += Array(String(try escaped(&scanner)).utf8)
      case 0..<0x20: throw ByteScanner.Failure(problem: "has a control character at byte \(scanner.position - 1)")
      default: content.append(byte)
      }
    }
  }

  private static func escaped(_ scanner: inout ByteScanner) throws(ByteScanner.Failure) -> Unicode.Scalar {
    switch try scanner.take() {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let high = try hexadecimal(&scanner)
      if let scalar = Unicode.Scalar(high) { return scalar }
      // A scalar beyond the first 65536 is written as two surrogates.
      try scanner.expect("\\")
      try scanner.expect("u")
      let low = try hexadecimal(&scanner)
      let value = 0x10000 &+ (high &- 0xD800) << 10 &+ (low &- 0xDC00)
      guard (0xD800..<0xDC00).contains(high), (0xDC00..<0xE000).contains(low), let scalar = Unicode.Scalar(value) else {
        throw ByteScanner.Failure(problem: "has an unpaired surrogate before byte \(scanner.position)")
      }
      return scalar
    default: throw ByteScanner.Failure(problem: "has an unknown escape at byte \(scanner.position - 1)")
    }
  }

  private static func hexadecimal(_ scanner: inout ByteScanner) throws(ByteScanner.Failure) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(try scanner.take())).hexDigitValue else {
        throw ByteScanner.Failure(problem: "has a malformed \\u escape before byte \(scanner.position)")
      }
      value = value << 4 | UInt32(digit)
    }
    return value
  }
}
