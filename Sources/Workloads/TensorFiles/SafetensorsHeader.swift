// SPDX-License-Identifier: Apache-2.0

/// The header of a `.safetensors` file: an 8-byte length, then JSON that says where each tensor lies.
///
/// Format: huggingface/safetensors. A tensor is `{"dtype", "shape", "data_offsets": [begin, end]}`, offsets counting
/// from the end of the header; together the tensors cover the data exactly, without overlap or hole. `__metadata__`
/// holds text that means nothing here.
struct SafetensorsHeader {
  /// One tensor of the file.
  struct Entry: Equatable {
    let name: String
    let type: ElementType
    let shape: [Int]
    /// Where the elements lie, in bytes from the start of the file.
    let range: Range<Int>
  }

  /// The format's own limit.
  static let largestHeader = 100_000_000

  /// The tensors, in the order of their data.
  let entries: [Entry]

  /// Reads the header, without the tensors.
  ///
  /// - Throws: `WorkloadError` of kind `content` naming what is malformed.
  init(reading input: InputBytes) throws(WorkloadError) {
    guard input.count >= 8 else {
      throw input.malformed("is truncated: \(input.count) bytes hold no safetensors header length")
    }
    let length = littleEndian(try input.read(0..<8), at: 0, width: 8)
    guard length <= UInt64(Self.largestHeader) else {
      throw input.malformed("a safetensors header of \(length) bytes", allowed: "at most \(Self.largestHeader)")
    }
    let dataOffset = 8 + Int(length)
    guard dataOffset <= input.count else {
      throw input.malformed("is truncated: the header is \(length) bytes long, \(input.count - 8) are left")
    }
    let json: JSONValue
    do {
      json = try JSONValue(parsing: try input.read(8..<dataOffset))
    } catch let failure as ByteScanner.Failure {
      throw input.malformed("the safetensors header \(failure.problem)")
    } catch {
      throw error as? WorkloadError ?? input.malformed("the safetensors header cannot be read")
    }
    guard case .object(let members) = json else {
      throw input.malformed("the safetensors header is not a JSON object")
    }
    var entries: [Entry] = []
    for (name, value) in members where name != "__metadata__" {
      entries.append(try Self.entry(name, value, dataOffset: dataOffset, input: input))
    }
    try Self.checkMetadata(members, input: input)
    self.entries = entries.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    try checkCoverage(from: dataOffset, input: input)
  }

  private func checkCoverage(from dataOffset: Int, input: InputBytes) throws(WorkloadError) {
    var covered = dataOffset
    for entry in entries {
      guard entry.range.lowerBound == covered else {
        let problem = entry.range.lowerBound < covered ? "overlaps the tensor before it" : "leaves a hole before it"
        throw input.malformed("tensor \(quoted(entry.name)) \(problem), at byte \(covered - dataOffset) of the data")
      }
      covered = entry.range.upperBound
    }
    guard covered == input.count else {
      throw input.malformed("has \(input.count - covered) bytes after the last tensor")
    }
  }

  private static func checkMetadata(
    _ members: [(key: String, value: JSONValue)], input: InputBytes
  ) throws(WorkloadError) {
    guard let metadata = members.first(where: { $0.key == "__metadata__" }) else { return }
    guard case .object(let pairs) = metadata.value,
      pairs.allSatisfy({ if case .string = $0.value { true } else { false } })
    else { throw input.malformed("__metadata__ is not an object of strings") }
  }

  private static func entry(
    _ name: String, _ value: JSONValue, dataOffset: Int, input: InputBytes
  ) throws(WorkloadError) -> Entry {
    func malformed(_ problem: String, allowed: String? = nil) -> WorkloadError {
      input.malformed("tensor \(quoted(name)) \(problem)", allowed: allowed)
    }
    guard case .object(let members) = value else { throw malformed("is not described by an object") }
    let fields = Dictionary(members.map { ($0.key, $0.value) }) { first, _ in first }
    guard fields.keys.sorted() == ["data_offsets", "dtype", "shape"] else {
      throw malformed(
        "has the keys \(listed(fields.keys.sorted()))", allowed: "exactly 'dtype', 'shape', 'data_offsets'")
    }
    guard case .string(let dtype) = fields["dtype"] else { throw malformed("has a dtype that is no text") }
    guard let bits = bits(of: dtype) else { throw malformed("has the unknown dtype \(quoted(dtype))") }
    guard let shape = naturalNumbers(fields["shape"]) else { throw malformed("has a shape that is no list of numbers") }
    guard let offsets = naturalNumbers(fields["data_offsets"]), offsets.count == 2 else {
      throw malformed("has data_offsets that are not two numbers")
    }
    let available = input.count - dataOffset
    guard offsets[0] <= offsets[1], offsets[1] <= available else {
      throw malformed("has data_offsets \(offsets), outside the data", allowed: "0 to \(available), in order")
    }
    guard let elements = elementCount(of: shape), !elements.multipliedReportingOverflow(by: bits).overflow,
      elements * bits == (offsets[1] - offsets[0]) * 8
    else {
      throw malformed("has shape \(shape) of \(dtype), which is not the \(offsets[1] - offsets[0]) bytes of its data")
    }
    return Entry(
      name: name, type: elementType(of: dtype), shape: shape, range: dataOffset + offsets[0]..<dataOffset + offsets[1])
  }

  private static func naturalNumbers(_ value: JSONValue?) -> [Int]? {
    guard case .array(let elements) = value else { return nil }
    var numbers: [Int] = []
    for element in elements {
      guard case .number(let number) = element else { return nil }
      numbers.append(number)
    }
    return numbers
  }

  private static func elementType(of dtype: String) -> ElementType {
    switch dtype {
    case "I8": .int8
    case "I16": .int16
    case "I32": .int32
    default: .other(dtype)
    }
  }

  /// Sizes of the format's types, so that a file is checked as a whole even where hssim reads only some of its tensors.
  private static func bits(of dtype: String) -> Int? {
    switch dtype {
    case "F4": 4
    case "F6_E2M3", "F6_E3M2": 6
    case "BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2", "F8_E8M0": 8
    case "U16", "I16", "F16", "BF16": 16
    case "U32", "I32", "F32": 32
    case "U64", "I64", "F64", "C64": 64
    default: nil
    }
  }
}
