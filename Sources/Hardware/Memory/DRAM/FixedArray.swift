// SPDX-License-Identifier: Apache-2.0

/// A fixed number of trivial values in memory of its own.
///
/// For state that every clock touches: it is neither counted, nor copied, nor checked for uniqueness, and its bounds are
/// checked in debug builds only. Who owns one must not be copyable either; a copy is made by `copy()`.
struct FixedArray<Element: BitwiseCopyable>: ~Copyable {
  private let base: UnsafeMutablePointer<Element>
  let count: Int

  init(repeating element: Element, count: Int) {
    base = .allocate(capacity: count)
    base.initialize(repeating: element, count: count)
    self.count = count
  }

  init(_ elements: [Element]) {
    base = .allocate(capacity: elements.count)
    for index in elements.indices { (base + index).initialize(to: elements[index]) }
    count = elements.count
  }

  private init(copying base: UnsafeMutablePointer<Element>, count: Int) {
    self.base = .allocate(capacity: count)
    self.base.initialize(from: base, count: count)
    self.count = count
  }

  deinit { base.deallocate() }

  borrowing func copy() -> FixedArray { FixedArray(copying: base, count: count) }

  subscript(index: Int) -> Element {
    @inline(__always)
    get {
      assert(index >= 0 && index < count, "Index \(index) is outside of 0..<\(count).")
      return base[index]
    }
    @inline(__always)
    set {
      assert(index >= 0 && index < count, "Index \(index) is outside of 0..<\(count).")
      base[index] = newValue
    }
  }
}

extension FixedArray<Int64> {
  /// The least element; `Int64.max` of none. Four chains of comparisons, so that they overlap.
  func least() -> Int64 {
    let base = base
    var (first, second, third, fourth) = (Int64.max, Int64.max, Int64.max, Int64.max)
    var index = 0
    while index &+ 4 <= count {
      first = min(first, base[index])
      second = min(second, base[index &+ 1])
      third = min(third, base[index &+ 2])
      fourth = min(fourth, base[index &+ 3])
      index &+= 4
    }
    while index < count {
      first = min(first, base[index])
      index &+= 1
    }
    return min(first, second, min(third, fourth))
  }

  /// The index of the first element of a range that is at most a value; -1 without one.
  @inline(__always)
  func firstIndex(from start: Int, to end: Int, atMost value: Int64) -> Int {
    assert(start >= 0 && end <= count, "Range \(start)..<\(end) is outside of 0..<\(count).")
    let base = base
    var index = start
    while index < end {
      if base[index] <= value { return index }
      index &+= 1
    }
    return -1
  }
}

// The memory has one owner, which does not share it.
extension FixedArray: @unchecked Sendable where Element: Sendable {}
