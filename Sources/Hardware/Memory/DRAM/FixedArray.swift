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

// The memory has one owner, which does not share it.
extension FixedArray: @unchecked Sendable where Element: Sendable {}
