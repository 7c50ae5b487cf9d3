// SPDX-License-Identifier: Apache-2.0

/// A large memory of a component like `StateArray`, of which little changes in a window of cycles: it notes the pages that
/// are written, so that a hash over it need not read the others.
///
/// Its elements have no padding and are at most as large as a page.
@frozen
public struct NotedArray<Element: BitwiseCopyable> {
  @usableFromInline let elements: StateArray<Element>
  @usableFromInline let changes: ChangedPages

  /// Allocates `count` elements for `owner` in the simulation that drives `clock`.
  public init(repeating value: Element, count: Int, of owner: String, in clock: ClockDomain) {
    precondition(MemoryLayout<Element>.stride <= ChangedPages.pageBytes, "an element touches two pages at most")
    changes = ChangedPages(bytes: count * MemoryLayout<Element>.stride)
    elements = StateArray(repeating: value, count: count, of: owner, in: clock, changes: changes)
  }

  /// Number of elements.
  @inlinable public var count: Int { elements.count }

  @inlinable
  public subscript(index: Int) -> Element {
    @inline(__always)
    unsafeAddress {
      precondition(index >= 0 && index < elements.count, "a memory is accessed within its size")
      return UnsafePointer(elements.base + index)
    }
  }

  /// Overwrites an element.
  @inlinable
  @inline(__always)
  public func store(_ value: Element, at index: Int) {
    elements[index] = value
    let offset = index &* MemoryLayout<Element>.stride
    changes.note(offset)
    changes.note(offset &+ MemoryLayout<Element>.size &- 1)
  }
}

extension NotedArray: StateHandle {
  func inspected(as name: String) -> InspectedState { elements.inspected(as: name) }
}
