// SPDX-License-Identifier: Apache-2.0

/// A fixed number of trivial values in a `DRAMMemory`.
///
/// For state that every clock touches: it is neither counted, nor copied, nor checked for uniqueness, and its bounds are
/// checked in debug builds only. It is a handle: who holds one also holds the memory behind it.
struct FixedArray<Element: BitwiseCopyable> {
  private let base: UnsafeMutablePointer<Element>
  let count: Int

  /// State: part of a snapshot.
  init(repeating element: Element, count: Int, in memory: DRAMMemory) {
    base = memory.allocateState(repeating: element, count: count)
    self.count = count
  }

  /// A table that never changes.
  init(constant elements: [Element], in memory: DRAMMemory) {
    base = memory.allocateTable(elements)
    count = elements.count
  }

  subscript(index: Int) -> Element {
    @inline(__always)
    get {
      assert(index >= 0 && index < count, "Index \(index) is outside of 0..<\(count).")
      return base[index]
    }
    @inline(__always)
    nonmutating set {
      assert(index >= 0 && index < count, "Index \(index) is outside of 0..<\(count).")
      base[index] = newValue
    }
  }

  /// Changes one element where it lies.
  @inline(__always)
  func update(_ index: Int, _ body: (inout Element) -> Void) {
    assert(index >= 0 && index < count, "Index \(index) is outside of 0..<\(count).")
    body(&base[index])
  }
}

/// One trivial value in a `DRAMMemory`, e.g. the counters and cursors of a queue.
struct FixedCell<Value: BitwiseCopyable> {
  private let pointer: UnsafeMutablePointer<Value>

  init(_ value: Value, in memory: DRAMMemory) { pointer = memory.allocateState(repeating: value, count: 1) }

  var value: Value {
    @inline(__always) unsafeAddress { UnsafePointer(pointer) }
    @inline(__always) nonmutating unsafeMutableAddress { pointer }
  }
}

/// A short list of trivial values in a `DRAMMemory`, oldest first, of limited length.
struct FixedList<Element: BitwiseCopyable> {
  private let elements: FixedArray<Element>
  private let length: FixedCell<Int>

  /// - Parameter filler: what unused places hold.
  init(capacity: Int, filler: Element, in memory: DRAMMemory) {
    elements = FixedArray(repeating: filler, count: capacity, in: memory)
    length = FixedCell(0, in: memory)
  }

  var count: Int { @inline(__always) get { length.value } }
  var isEmpty: Bool { @inline(__always) get { length.value == 0 } }
  var isFull: Bool { length.value == elements.count }
  var first: Element? { @inline(__always) get { isEmpty ? nil : elements[0] } }

  subscript(index: Int) -> Element {
    precondition(index >= 0 && index < count, "A list is read within its length.")
    return elements[index]
  }

  func append(_ element: Element) {
    precondition(!isFull, "A list of limited length was overfilled.")
    elements[length.value] = element
    length.value += 1
  }

  func removeFirst() {
    precondition(!isEmpty, "An element was taken from an empty list.")
    for index in 1..<count { elements[index - 1] = elements[index] }
    length.value -= 1
  }

  /// Removes all elements that satisfy `isUnwanted`; the others keep their order.
  func removeAll(where isUnwanted: (Element) -> Bool) {
    var kept = 0
    for index in 0..<count where !isUnwanted(elements[index]) {
      elements[kept] = elements[index]
      kept += 1
    }
    length.value = kept
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
