// SPDX-License-Identifier: Apache-2.0

/// Where the named parts of a trivial value lie in its memory, found by reflection.
///
/// Two uses need it. A hash of state must not take in the padding between fields, which holds whatever was there
/// before; and an inspector shows fields by their names without any component having to list them.
///
/// Fields of a struct lie in the order of their declaration, each at the next multiple of its alignment: Swift's layout
/// of structs within one build.
public struct StateLayout {
  /// One part that has no parts of its own: an integer, a truth value, an enumeration, or bytes.
  public struct Field {
    /// Path of labels from the value, e.g. `wait.since`; empty where the value itself is the field.
    public let name: String
    /// Bytes from the start of the value.
    public let offset: Int
    public let size: Int
    /// Reads the field as an integer; nil where it is none.
    public let integer: ((UnsafeRawPointer) -> Int64)?
    /// Whether `text` is the decimal digits of what `integer` reads, so that nobody has to ask for them.
    let isPlainNumber: Bool
    /// The field as text.
    public let text: (UnsafeRawPointer) -> String
  }

  public let fields: [Field]
  /// Bytes from one element of an array to the next.
  public let stride: Int

  /// Finds the parts of values like `example`.
  public init<Value>(of example: Value) {
    var found: [Field] = []
    Self.collect(example, name: "", at: 0, into: &found)
    fields = found
    stride = MemoryLayout<Value>.stride
  }

  /// The field called `name`.
  public func field(_ name: String) -> Field? { fields.first { $0.name == name } }

  /// One byte of ones for every byte of an element that means something, of zeros for padding.
  var mask: [UInt8] {
    var mask = [UInt8](repeating: 0, count: stride)
    for field in fields {
      for byte in field.offset..<field.offset + field.size { mask[byte] = 0xff }
    }
    return mask
  }

  private static func collect<Value>(_ value: Value, name: String, at offset: Int, into fields: inout [Field]) {
    let size = MemoryLayout<Value>.size
    func append(
      _ integer: ((UnsafeRawPointer) -> Int64)?, isPlainNumber: Bool = false,
      _ text: @escaping (UnsafeRawPointer) -> String
    ) {
      fields.append(
        Field(
          name: name, offset: offset, size: size, integer: integer, isPlainNumber: isPlainNumber, text: text))
    }
    func load(_ memory: UnsafeRawPointer) -> Value {
      memory.assumingMemoryBound(to: Value.self).pointee
    }
    if let number = value as? any FixedWidthInteger {
      let isPlain = size < 8 || (size == 8 && type(of: number).isSigned)
      return append(Self.reader(of: number), isPlainNumber: isPlain) { "\(load($0))" }
    }
    if value is Bool {
      return append({ $0.load(as: UInt8.self) & 1 == 0 ? 0 : 1 }) { "\(load($0))" }
    }
    // Vectors and fixed arrays are memory without padding; what they show of themselves is not their layout.
    if value is any SIMD { return append(nil) { Self.elements(of: load($0)) } }
    if value is any FixedArray { return append(nil) { (load($0) as? any FixedArray)?.elements ?? "" } }
    let mirror = Mirror(reflecting: value)
    guard mirror.displayStyle == .struct || mirror.displayStyle == .tuple, !mirror.children.isEmpty else {
      let isEnumeration = mirror.displayStyle == .enum && size == 1
      return append(isEnumeration ? { Int64($0.load(as: UInt8.self)) } : nil) { "\(load($0))" }
    }
    var cursor = offset
    for child in mirror.children {
      func place<Part>(_ part: Part) {
        let alignment = MemoryLayout<Part>.alignment
        cursor = (cursor + alignment - 1) / alignment * alignment
        // The one part of an option set is the set.
        let label = child.label == "rawValue" ? "" : child.label ?? "?"
        let path = name.isEmpty || label.isEmpty ? name + label : "\(name).\(label)"
        collect(part, name: path, at: cursor, into: &fields)
        cursor += MemoryLayout<Part>.size
      }
      place(child.value)
    }
  }

  private static func reader<Number: FixedWidthInteger>(of example: Number) -> (UnsafeRawPointer) -> Int64 {
    { Int64(truncatingIfNeeded: $0.assumingMemoryBound(to: Number.self).pointee) }
  }

  /// The elements of a vector, where it is one.
  private static func elements<Value>(of value: Value) -> String {
    func text<Vector: SIMD>(_ vector: Vector) -> String {
      "[\(vector.indices.map { "\(vector[$0])" }.joined(separator: " "))]"
    }
    return (value as? any SIMD).map { text($0) } ?? ""
  }
}

/// An array within a value.
private protocol FixedArray {
  /// Its elements as text.
  var elements: String { get }
}

extension InlineArray: FixedArray {
  fileprivate var elements: String { "[\(indices.map { "\(self[$0])" }.joined(separator: " "))]" }
}
