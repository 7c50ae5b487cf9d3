// SPDX-License-Identifier: Apache-2.0

/// The named state of a component, in memory that the simulation owns.
///
///     @State private var state: Registers
///
/// Keeping state apart from the object has two uses: the hot path touches it without exclusivity checks, and the
/// whole of a simulation's state is a list of memory regions that can be hashed, saved and restored.
@frozen
@propertyWrapper
public struct State<Value: BitwiseCopyable> {
  @usableFromInline let pointer: UnsafeMutablePointer<Value>

  /// Allocates the state of `owner` in the simulation that drives `clock`.
  public init(_ value: Value, of owner: String, in clock: ClockDomain) {
    pointer = clock.simulation.allocateState(owner: owner, count: 1, repeating: value)
  }

  @inlinable
  public var wrappedValue: Value {
    @inline(__always) unsafeAddress { UnsafePointer(pointer) }
    @inline(__always) nonmutating unsafeMutableAddress { pointer }
  }
}

/// A fixed-size memory of a component, e.g. the rows of a buffer, owned by the simulation like `State`.
@frozen
public struct StateArray<Element: BitwiseCopyable> {
  @usableFromInline let base: UnsafeMutablePointer<Element>
  /// Number of elements.
  public let count: Int

  /// Allocates `count` elements for `owner` in the simulation that drives `clock`.
  public init(repeating value: Element, count: Int, of owner: String, in clock: ClockDomain) {
    precondition(count >= 0, "a memory cannot have a negative size")
    self.count = count
    base = clock.simulation.allocateState(owner: owner, count: count, repeating: value)
  }

  /// Allocates a memory whose owner notes what it writes.
  init(repeating value: Element, count: Int, of owner: String, in clock: ClockDomain, changes: ChangedPages) {
    precondition(count >= 0, "a memory cannot have a negative size")
    self.count = count
    base = clock.simulation.allocateState(owner: owner, count: count, repeating: value, changes: changes)
  }

  @inlinable
  public subscript(index: Int) -> Element {
    @inline(__always)
    unsafeAddress {
      precondition(index >= 0 && index < count, "a memory is accessed within its size")
      return UnsafePointer(base + index)
    }
    @inline(__always)
    nonmutating unsafeMutableAddress {
      precondition(index >= 0 && index < count, "a memory is accessed within its size")
      return base + index
    }
  }

  /// The first element, for loops that know their bounds; valid as long as the simulation.
  @inlinable
  public var start: UnsafeMutablePointer<Element> { base }

  /// The elements of `range`, for loops that the compiler can vectorise; valid as long as the simulation.
  @inlinable
  public func elements(_ range: Range<Int>) -> UnsafeMutableBufferPointer<Element> {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "a memory is accessed within its size")
    return UnsafeMutableBufferPointer(start: base + range.lowerBound, count: range.count)
  }
}
