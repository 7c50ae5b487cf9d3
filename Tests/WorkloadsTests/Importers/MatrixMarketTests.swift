// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Workloads

@Suite("Matrix Market files")
struct MatrixMarketTests {
  private func read(_ text: String) throws -> TensorValues {
    try MatrixMarketFile.read(Array(text.utf8), path: "m.mtx")
  }

  private func integers(_ text: String) throws -> [Int64]? {
    guard case .integers(let values) = try read(text).elements else { return nil }
    return values
  }

  private func reals(_ text: String) throws -> [Double]? {
    guard case .reals(let values) = try read(text).elements else { return nil }
    return values
  }

  @Test func `coordinates are put in their place, the others are zero`() throws {
    let text = "%%MatrixMarket matrix coordinate integer general\n% a comment\n\n2 3 2\n1 3 -7\n% another\n2 1 4\n"
    #expect(try read(text).shape == [2, 3])
    #expect(try integers(text) == [0, 0, -7, 4, 0, 0])
  }

  @Test func `an array goes by columns`() throws {
    let text = "%%matrixmarket MATRIX array real general\r\n2 2\r\n1.5\r\n-2e0\r\n 3 4D-1\r\n"
    #expect(try reals(text) == [1.5, 3, -2, 0.4])
  }

  @Test func `a symmetric matrix is given by its lower half, a skew one without the diagonal`() throws {
    #expect(try integers("%%MatrixMarket matrix coordinate integer symmetric\n2 2 2\n1 1 3\n2 1 5") == [3, 5, 5, 0])
    #expect(try integers("%%MatrixMarket matrix coordinate integer skew-symmetric\n2 2 1\n2 1 5") == [0, -5, 5, 0])
    #expect(try integers("%%MatrixMarket matrix array integer symmetric\n2 2\n1\n2\n3\n") == [1, 2, 2, 3])
    #expect(try integers("%%MatrixMarket matrix array integer skew-symmetric\n2 2\n7\n") == [0, -7, 7, 0])
    #expect(try integers("%%MatrixMarket matrix coordinate pattern symmetric\n2 2 1\n2 1\n") == [0, 1, 1, 0])
  }

  private static let head = "%%MatrixMarket matrix coordinate real general\n"

  private static let mistakes: [(String, String)] = [
    ("", "banner"), ("2 2 1\n1 1 1\n", "banner"), ("%%MatrixMarket vector coordinate real general\n", "banner"),
    ("%%MatrixMarket matrix coordinate complex general\n1 1 1\n1 1 1 1", "'complex'; allowed: real"),
    ("%%MatrixMarket matrix coordinate real hermitian\n1 1 1\n1 1 1", "'hermitian'"),
    ("%%MatrixMarket matrix coordinate pattern skew-symmetric\n1 1 0\n", "'skew-symmetric'"),
    ("%%MatrixMarket matrix array pattern general\n1 1\n", "'pattern'"),
    ("%%MatrixMarket matrix sparse real general\n1 1 1\n", "'sparse'"),
    ("%%MatrixMarket matrix coordinate real symmetric\n2 3 0\n", "a square one"),
    ("\(head)2 2\n", "2 words for the size"), ("\(head)2 2 x\n", "'x'"), ("\(head)-2 2 0\n", "'-2'"),
    ("\(head)0 2 0\n", "a matrix of 0 x 2"), ("\(head)99999999999999999999 2 0\n", "'9999"),
    ("\(head)16777216 16777216 0\n", "elements with the zeros"), ("\(head)2 2 1000000\n1 1 1\n", "too short"),
    ("%%MatrixMarket matrix array real general\n4096 4096\n1\n", "too short"),
    ("\(head)2 2 1\n3 1 1\n", "m.mtx:3: the index 3; allowed: 1 to 2"), ("\(head)2 2 1\n0 1 1\n", "the index 0"),
    ("\(head)2 2 2\n1 1 1\n1 1 2\n", "given twice"), ("\(head)2 2 2\n1 1 1", "ends too early"),
    ("\(head)2 2 1\n1 1 1\n2 2 2\n", "more after the last entry"), ("\(head)2 2 1\n1 1 nan\n", "'nan'"),
    ("\(head)2 2 1\n1 1 1e999\n", "a finite number"), ("\(head)2 2 1\n1 1 0x1p3\n", "'0x1p3'"),
    ("\(head)2 2 1\n1 1 inf\n", "'inf'"),
    ("%%MatrixMarket matrix coordinate integer general\n1 1 1\n1 1 1.5\n", "'1.5'"),
    ("%%MatrixMarket matrix coordinate integer symmetric\n2 2 1\n1 2 5", "on and below the diagonal"),
    ("%%MatrixMarket matrix coordinate integer skew-symmetric\n2 2 1\n1 1 5", "below the diagonal"),
  ]

  @Test(arguments: mistakes)
  func `a mistake is named`(text: String, part: String) {
    expectError(.content, mentions: "m.mtx", part) { try read(text) }
  }

  @Test func `a damaged file is read or refused`() throws {
    let whole = "%%MatrixMarket matrix coordinate real general\n% c\n3 4 3\n1 1 1.5\n2 3 -2e1\n3 4 0.25\n"
    var read = 0
    forDamaged(whole, rounds: 3000, seed: 33) { bytes in
      guard let values = readDamaged("m.mtx", { try MatrixMarketFile.read(bytes, path: "m.mtx") }) else { return }
      if case .reals(let reals) = values.elements { #expect(!reals.contains { !$0.isFinite }) }
      read += 1
    }
    #expect(read > 50)
  }
}
