// SPDX-License-Identifier: Apache-2.0

/// Which layers of a trace are meant: names, globs and positions, with commas between.
///
///     try LayerSelection("conv1,layer2.*,3-7").places(among: names)
///
/// A position counts from 1, as `hssim describe` lists the layers; `3-7` is five of them. In a glob, `*` stands for any
/// characters and `?` for one. What is a layer's name is taken as that, whatever else it could be.
struct LayerSelection {
  private let terms: [String]
  private let text: String

  /// - Throws: `WorkloadError` of kind `usage` if a term is empty.
  init(_ text: String) throws(WorkloadError) {
    self.text = text
    terms = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    if terms.contains("") { throw error("a term is empty", allowed: Self.form) }
  }

  private static let form = "names, globs or positions such as conv1,layer2.*,3-7"

  /// Places of the layers that are meant, ascending, each once.
  ///
  /// - Throws: `WorkloadError` of kind `usage` for a term that means no layer.
  func places(among names: [String]) throws(WorkloadError) -> [Int] {
    var places: Set<Int> = []
    for term in terms { places.formUnion(try self.places(of: term, among: names)) }
    return places.sorted()
  }

  private func places(of term: String, among names: [String]) throws(WorkloadError) -> [Int] {
    if let place = names.firstIndex(of: term) { return [place] }
    if let positions = try positions(term, count: names.count) { return positions.map { $0 - 1 } }
    let isGlob = term.contains("*") || term.contains("?")
    let found = isGlob ? names.indices.filter { Self.matches(Array(names[$0]), Array(term)) } : []
    guard found.isEmpty else { return found }
    throw error(
      "no layer is called \(quoted(term))", allowed: "\(Self.form), of \(listed(names))",
      suggestion: isGlob ? nil : suggestion(for: term, among: names))
  }

  /// The positions of `3` or `3-7`; nil if the term is no such thing.
  private func positions(_ term: String, count: Int) throws(WorkloadError) -> ClosedRange<Int>? {
    let ends = term.split(separator: "-", omittingEmptySubsequences: false)
    let isNumeric = ends.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
    guard isNumeric, ends.count <= 2, let first = ends.first, let last = ends.last else { return nil }
    // Digits that do not fit in an Int are beyond any trace.
    let (low, high) = (Int(first) ?? Int.max, Int(last) ?? Int.max)
    guard low >= 1, low <= high, high <= count else {
      throw error("there is no position \(quoted(term))", allowed: "positions from 1 to \(count), the lower first")
    }
    return low...high
  }

  /// Whether a glob matches a whole name: greedy, going back to the last `*` where it fails.
  private static func matches(_ name: [Character], _ glob: [Character]) -> Bool {
    var (place, position) = (0, 0)
    var star: (position: Int, place: Int)?
    while place < name.count {
      if position < glob.count, glob[position] == "*" {
        star = (position, place)
        position += 1
      } else if position < glob.count, glob[position] == "?" || glob[position] == name[place] {
        position += 1
        place += 1
      } else if let last = star {
        star = (last.position, last.place + 1)
        (position, place) = (last.position + 1, last.place + 1)
      } else {
        return false
      }
    }
    return glob[position...].allSatisfy { $0 == "*" }
  }

  private func error(_ problem: String, allowed: String, suggestion: String? = nil) -> WorkloadError {
    WorkloadError(.usage, field: "--layers \(text)", problem, allowed: allowed, suggestion: suggestion)
  }
}
