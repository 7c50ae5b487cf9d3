// SPDX-License-Identifier: Apache-2.0

/// A tensor's values as an importer meets them: whole numbers that are kept, or real ones that are to be quantised.
public struct TensorValues: Sendable {
  public enum Elements: Sendable {
    case integers([Int64])
    case reals([Double])
  }

  /// Extent of each dimension, outermost first.
  public let shape: [Int]
  public let elements: Elements
  /// What the file calls the elements' type.
  public let type: String

  /// - Precondition: the elements fill the shape.
  init(shape: [Int], elements: Elements, type: String) {
    self.shape = shape
    self.elements = elements
    self.type = type
  }

  /// The element types that are read, by the names of `.npy` and `.safetensors`.
  static let types: [(names: [String], bytes: Int, decode: @Sendable (UInt64) -> Element)] = [
    (["I8", "int8"], 1, { .integer(Int64(Int8(truncatingIfNeeded: $0))) }),
    (["U8", "|u1", "<u1"], 1, { .integer(Int64($0)) }),
    (["I16", "int16"], 2, { .integer(Int64(Int16(truncatingIfNeeded: $0))) }),
    (["U16", "<u2"], 2, { .integer(Int64($0)) }),
    (["I32", "int32"], 4, { .integer(Int64(Int32(truncatingIfNeeded: $0))) }),
    (["U32", "<u4"], 4, { .integer(Int64($0)) }),
    (["I64", "<i8"], 8, { .integer(Int64(truncatingIfNeeded: $0)) }),
    (["F16", "<f2"], 2, { .real(halfPrecision(UInt16(truncatingIfNeeded: $0))) }),
    (["BF16"], 2, { .real(Double(Float(bitPattern: UInt32(truncatingIfNeeded: $0) << 16))) }),
    (["F32", "<f4"], 4, { .real(Double(Float(bitPattern: UInt32(truncatingIfNeeded: $0)))) }),
    (["F64", "<f8"], 8, { .real(Double(bitPattern: $0)) }),
  ]

  enum Element {
    case integer(Int64)
    case real(Double)
  }
}

/// The value of an IEEE 754 binary16 number, exactly.
func halfPrecision(_ bits: UInt16) -> Double {
  let sign: Double = bits >> 15 == 0 ? 1 : -1
  let (exponent, fraction) = (Int(bits >> 10 & 0x1F), Double(bits & 0x3FF))
  switch exponent {
  case 0: return sign * fraction * 0x1p-24
  case 31: return fraction == 0 ? sign * .infinity : .nan
  default: return sign * (1 + fraction / 1024) * Double(sign: .plus, exponent: exponent - 15, significand: 1)
  }
}

extension TensorFile {
  /// A tensor of any type that numbers have, for an importer.
  ///
  /// - Throws: `WorkloadError` of kind `content` for a type that is not read, a tensor beyond the limits of a layer, or
  ///   damaged elements.
  public func readValues(_ name: String? = nil) throws(WorkloadError) -> TensorValues {
    let stored = try storedTensor(name)
    let description = stored.description
    func error(_ problem: String, allowed: String) -> WorkloadError {
      WorkloadError(
        .content, file: path, field: description.name.isEmpty ? nil : description.name, problem, allowed: allowed)
    }
    let type = description.type.description
    guard let (_, width, decode) = TensorValues.types.first(where: { $0.names.contains(type) }) else {
      throw error(
        "the elements are of type \(quoted(type))",
        allowed: "int8 to int64, uint8 to uint32, float16, bfloat16, float32, float64, little-endian")
    }
    guard let count = elementCount(of: description.shape), (1...GEMMShape.mostElements).contains(count) else {
      throw error("the shape is \(description.shape)", allowed: "1 to \(GEMMShape.mostElements) elements")
    }
    // Types that traces cannot hold have not been measured against the file before.
    guard stored.range.count == count * width else {
      throw error(
        "shape \(description.shape) of \(type) is \(count * width) bytes, found \(stored.range.count)",
        allowed: "a file that is whole")
    }
    let bytes = try stored.readElements()
    var integers: [Int64] = []
    var reals: [Double] = []
    for index in 0..<count {
      switch decode(littleEndian(bytes, at: index * width, width: width)) {
      case .integer(let value): integers.append(value)
      case .real(let value): reals.append(value)
      }
    }
    let shape = description.shape
    let elements: TensorValues.Elements =
      reals.isEmpty
      ? .integers(stored.isFortranOrder ? rowMajor(integers, fromFortranOrder: shape) : integers)
      : .reals(stored.isFortranOrder ? rowMajor(reals, fromFortranOrder: shape) : reals)
    return TensorValues(shape: shape, elements: elements, type: type)
  }
}
