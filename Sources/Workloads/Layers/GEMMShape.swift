// SPDX-License-Identifier: Apache-2.0

/// The extents of a matrix product Z = A·B: A is M x K, B is K x N, Z is M x N.
public struct GEMMShape: Hashable, Sendable {
  public let m: Int
  public let k: Int
  public let n: Int

  /// The largest M, K and N.
  public static let largestExtent = 1 << 24
  /// The most elements that A, B and Z may have each: 512 MiB as `Int16`.
  public static let mostElements = 1 << 28

  /// - Precondition: `problem(m:k:n:)` finds nothing wrong.
  public init(m: Int, k: Int, n: Int) {
    if let problem = Self.problem(m: m, k: k, n: n) { preconditionFailure("\(problem.text): \(problem.allowed)") }
    self.m = m
    self.k = k
    self.n = n
  }

  /// Reads `MxKxN`, such as `1024x1024x1024`.
  ///
  /// - Throws: `WorkloadError` of kind `usage`, for the option `--gemm`.
  public static func parse(_ text: String) throws(WorkloadError) -> GEMMShape {
    let form = "MxKxN, three natural numbers such as 1024x1024x1024"
    let parts = text.lowercased().split(separator: "x", omittingEmptySubsequences: false)
    guard parts.count == 3 else {
      throw WorkloadError(.usage, field: "--gemm", "\(quoted(text)) is no shape", allowed: form)
    }
    var extents: [Int] = []
    for part in parts {
      // `Int` also accepts a sign, which has no business here.
      guard !part.isEmpty, part.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
        throw WorkloadError(
          .usage, field: "--gemm", "\(quoted(text)) is no shape: \(quoted(String(part)))", allowed: form)
      }
      // Digits that do not fit in an Int are too large by any measure.
      extents.append(Int(part) ?? Int.max)
    }
    if let problem = problem(m: extents[0], k: extents[1], n: extents[2]) {
      throw WorkloadError(.usage, field: "--gemm", "\(quoted(text)): \(problem.text)", allowed: problem.allowed)
    }
    return GEMMShape(m: extents[0], k: extents[1], n: extents[2])
  }

  /// What keeps three extents from being a shape, or nil.
  public static func problem(m: Int, k: Int, n: Int) -> (text: String, allowed: String)? {
    for (name, extent) in [("M", m), ("K", k), ("N", n)] where !(1...largestExtent).contains(extent) {
      return ("\(name) is \(extent)", "1 to \(largestExtent)")
    }
    for (name, rows, columns) in [("A (M x K)", m, k), ("B (K x N)", k, n), ("Z (M x N)", m, n)]
    where rows * columns > mostElements {
      return ("\(name) has \(rows * columns) elements", "at most \(mostElements)")
    }
    return nil
  }
}

extension GEMMShape: CustomStringConvertible {
  /// `MxKxN`.
  public var description: String { "\(m)x\(k)x\(n)" }
}
