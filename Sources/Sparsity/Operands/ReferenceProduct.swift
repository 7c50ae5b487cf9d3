// SPDX-License-Identifier: Apache-2.0

/// The untimed, exact product that every simulated Z is checked against.
///
/// It shares no code with any datapath: no compression, no skipping, no order of accumulation of a machine. Sums wrap
/// nowhere. Each element of Z is the exact integer sum if that fits Int32; if it does not, the product throws and names
/// the element, whatever the partial sums were. So a machine that accumulates modulo 2^32 must agree too.
public enum ReferenceProduct {
  /// Z[M, N] = A[M, K] x B[K, N], with B given column by column: `bColumns` is [N, K].
  ///
  /// - Throws: `ReferenceProductError` if an element of Z does not fit Int32; impossible for 8-bit operands with
  ///   K <= 133,000.
  /// - Precondition: both are matrices with the same K.
  public static func multiply(
    _ a: Tensor<Int16>, bColumns: Tensor<Int16>
  ) throws(ReferenceProductError) -> Tensor<Int32> {
    precondition(a.shape.count == 2 && bColumns.shape.count == 2, "a product has two matrices as operands")
    precondition(a.shape[1] == bColumns.shape[1], "both operands of a product have the same K")
    let k = a.shape[1]
    return try multiply(a, columnCount: bColumns.shape[0]) { columns, values in
      values = Array(bColumns.elements[columns.lowerBound * k..<columns.upperBound * k])
    }
  }

  /// The same product with B read a few columns at a time, so that it need not exist as a whole.
  ///
  /// - Parameter read: puts the columns of a range into an array, [columns, K], each range once, in ascending order.
  /// - Throws: `ReferenceProductError` if an element of Z does not fit Int32.
  /// - Complexity: M·N·K multiplications, in blocks of columns of about 64 KB.
  public static func multiply(
    _ a: Tensor<Int16>, columnCount n: Int, read: (_ columns: Range<Int>, _ values: inout [Int16]) -> Void
  ) throws(ReferenceProductError) -> Tensor<Int32> {
    precondition(a.shape.count == 2, "a product has a matrix as its first operand")
    let (m, k) = (a.shape[0], a.shape[1])
    var z = Tensor<Int32>(shape: [m, n], repeating: 0)
    let largest = magnitude(a.elements)
    let aSpan = a.elements.span
    var block: [Int16] = []
    for first in stride(from: 0, to: n, by: max(1, (1 << 15) / max(1, k))) {
      let columns = first..<min(first + max(1, (1 << 15) / max(1, k)), n)
      read(columns, &block)
      precondition(block.count == columns.count * k, "what is read are whole columns")
      let chunk = safeLength(largest, magnitude(block))
      let bSpan = block.span
      for row in 0..<m {
        let aRow = aSpan.extracting(row * k..<(row + 1) * k)
        var next = columns.lowerBound
        if chunk >= k {
          while next + 4 <= columns.upperBound {
            let place = next - first
            let sums = fourDots(aRow, bSpan.extracting(place * k..<(place + 4) * k))
            for index in 0..<4 { z.elements[row * n + next + index] = sums[index] }
            next += 4
          }
        }
        for column in next..<columns.upperBound {
          let place = column - first
          let bColumn = bSpan.extracting(place * k..<(place + 1) * k)
          let sum = chunk >= k ? Int64(dot(aRow, bColumn)) : longDot(aRow, bColumn, chunk: chunk)
          guard let exact = Int32(exactly: sum) else {
            throw ReferenceProductError(row: row, column: column, value: sum)
          }
          z.elements[row * n + column] = exact
        }
      }
    }
    return z
  }

  /// How many products may be added in Int32 without overflow, from the largest magnitudes; 0 if not even one.
  private static func safeLength(_ a: Int, _ b: Int) -> Int {
    let product = a * b
    return product == 0 ? Int.max : Int(Int32.max) / product
  }

  private static func magnitude(_ elements: [Int16]) -> Int {
    var (lowest, highest): (Int16, Int16) = (0, 0)
    for element in elements {
      lowest = min(lowest, element)
      highest = max(highest, element)
    }
    return max(-Int(lowest), Int(highest))
  }

  /// A dot product whose partial sums are known to fit Int32. Plain wrapping arithmetic, because it is what the
  /// optimiser turns into pairwise multiply-add instructions.
  @inline(__always)
  private static func dot(_ a: Span<Int16>, _ b: Span<Int16>) -> Int32 {
    var sum: Int32 = 0
    let b = b.extracting(0..<a.count)
    for index in a.indices {
      sum &+= Int32(a[index]) &* Int32(b[index])
    }
    return sum
  }

  /// The dot products of `a` with four columns that lie one behind the other, if their partial sums are known to fit Int32:
  /// eight elements at a time, in the form that the optimiser turns into pairwise multiply-add instructions.
  @inline(__always)
  private static func fourDots(_ a: Span<Int16>, _ columns: Span<Int16>) -> SIMD4<Int32> {
    let k = a.count
    return a.withUnsafeBytes { a in
      columns.withUnsafeBytes { b in
        var partial = (SIMD4<Int32>(), SIMD4<Int32>(), SIMD4<Int32>(), SIMD4<Int32>())
        let stride = 2 &* k
        var offset = 0
        while offset &+ 16 <= stride {
          let left = a.loadUnaligned(fromByteOffset: offset, as: SIMD8<Int16>.self)
          partial.0 &+= products(left, b, offset)
          partial.1 &+= products(left, b, offset &+ stride)
          partial.2 &+= products(left, b, offset &+ 2 &* stride)
          partial.3 &+= products(left, b, offset &+ 3 &* stride)
          offset &+= 16
        }
        var sums = SIMD4(
          partial.0.wrappedSum(), partial.1.wrappedSum(), partial.2.wrappedSum(), partial.3.wrappedSum())
        while offset < stride {
          let left = Int32(a.loadUnaligned(fromByteOffset: offset, as: Int16.self))
          for column in 0..<4 {
            sums[column] &+= left &* Int32(b.loadUnaligned(fromByteOffset: offset &+ column &* stride, as: Int16.self))
          }
          offset &+= 2
        }
        return sums
      }
    }
  }

  /// Eight products with the elements at `offset`, added in pairs.
  @inline(__always)
  private static func products(_ left: SIMD8<Int16>, _ b: UnsafeRawBufferPointer, _ offset: Int) -> SIMD4<Int32> {
    let right = b.loadUnaligned(fromByteOffset: offset, as: SIMD8<Int16>.self)
    let products = SIMD8<Int32>(truncatingIfNeeded: left) &* SIMD8<Int32>(truncatingIfNeeded: right)
    return products.evenHalf &+ products.oddHalf
  }

  /// A dot product in chunks whose sums fit Int32, or in Int64 throughout where chunks would be short.
  private static func longDot(_ a: Span<Int16>, _ b: Span<Int16>, chunk: Int) -> Int64 {
    var sum: Int64 = 0
    guard chunk >= 32 else {
      for index in a.indices {
        sum += Int64(Int32(a[index]) * Int32(b[index]))
      }
      return sum
    }
    for start in stride(from: 0, to: a.count, by: chunk) {
      let range = start..<min(start + chunk, a.count)
      sum += Int64(dot(a.extracting(range), b.extracting(range)))
    }
    return sum
  }
}

/// An element of a product that does not fit the 32 bits in which partial sums are accumulated.
public struct ReferenceProductError: Error, Hashable, Sendable, CustomStringConvertible {
  public let row: Int
  public let column: Int
  /// The exact sum.
  public let value: Int64

  public var description: String {
    "Z[\(row), \(column)] = \(value) does not fit Int32; allowed: operands whose sums stay within 32 bits"
  }
}
