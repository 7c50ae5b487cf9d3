// SPDX-License-Identifier: Apache-2.0

/// Notes which pages of a large memory were written, so that a hash over all of it need not read what stayed the same.
///
/// A handle: copies speak of the same pages.
@frozen
public struct ChangedPages {
  /// Bytes of a page.
  public static var pageBytes: Int { 1 << shift }
  @inlinable static var shift: Int { 10 }

  @usableFromInline let flags: UnsafeMutablePointer<Bool>
  /// Number of pages.
  public let count: Int

  /// For a memory of `bytes`, all of whose pages are new.
  public init(bytes: Int) {
    count = (bytes + Self.pageBytes - 1) >> Self.shift
    flags = .allocate(capacity: max(count, 1))
    flags.initialize(repeating: true, count: max(count, 1))
  }

  /// Frees what the handle stands for.
  public func deallocate() { flags.deallocate() }

  /// Notes that the byte at `offset` was written.
  ///
  /// - Precondition: the offset lies inside the memory.
  @inlinable
  @inline(__always)
  public func note(_ offset: Int) { flags[offset &>> Self.shift] = true }

  /// Notes that any byte may have been written.
  public func noteAll() { flags.update(repeating: true, count: count) }

  /// Calls `body` with every page that was written since the last call.
  func take(_ body: (Int) -> Void) {
    let raw = UnsafeRawPointer(flags)
    var page = 0
    while page < count {
      // Most pages stay as they are: eight are looked at together.
      if page &+ 8 <= count, raw.loadUnaligned(fromByteOffset: page, as: UInt64.self) == 0 {
        page &+= 8
        continue
      }
      if flags[page] {
        flags[page] = false
        body(page)
      }
      page &+= 1
    }
  }
}
