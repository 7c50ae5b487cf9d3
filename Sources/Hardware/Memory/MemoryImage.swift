// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

/// The content of off-chip memory: what the model of its timing reads and writes.
///
/// Its size is a multiple of a line. Operands are laid out in it before the run; results are written during it.
public final class MemoryImage {
  /// Bytes held.
  public let byteCount: Int
  private let storage: UnsafeMutableRawBufferPointer
  /// Pages that were written.
  let changes: ChangedPages

  /// Zeroed memory for at least `byteCount` bytes.
  public init(byteCount: Int) {
    self.byteCount = (byteCount + Line.byteCount - 1) / Line.byteCount * Line.byteCount
    storage = .allocate(byteCount: max(self.byteCount, Line.byteCount), alignment: 64)
    storage.initializeMemory(as: UInt8.self, repeating: 0)
    changes = ChangedPages(bytes: storage.count)
  }

  deinit {
    storage.deallocate()
    changes.deallocate()
  }

  /// All of it, for a component to make it part of its state.
  var bytes: UnsafeMutableRawBufferPointer { storage }

  /// The line at `address`, a multiple of 64.
  @inline(__always)
  func line(at address: Int) -> Line {
    precondition(address >= 0 && address + Line.byteCount <= byteCount, "memory is accessed within its size")
    return storage.loadUnaligned(fromByteOffset: address, as: Line.self)
  }

  /// Overwrites the first `byteCount` bytes of the line at `address`.
  func store(_ line: Line, byteCount: Int, at address: Int) {
    precondition(address >= 0 && address + byteCount <= self.byteCount, "memory is accessed within its size")
    withUnsafeBytes(of: line.bytes) { raw in
      storage.baseAddress?.advanced(by: address).copyMemory(
        from: raw.baseAddress.unsafelyUnwrapped, byteCount: min(byteCount, Line.byteCount))
    }
    changes.note(address)
    changes.note(address + max(byteCount, 1) - 1)
  }

  /// Calls `body` with the bytes of `range`, for laying out operands before a run and for reading results after it.
  public func withBytes<Result>(
    _ range: Range<Int>, _ body: (UnsafeMutableRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "memory is accessed within its size")
    return try body(UnsafeMutableRawBufferPointer(rebasing: storage[range]))
  }
}
