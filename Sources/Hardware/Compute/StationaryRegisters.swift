// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

/// An array's stationary registers: two banks, so that the next window loads while this one streams.
struct StationaryRegisters {
  struct Status: BitwiseCopyable {
    /// Bank being loaded, bank that streams next, and bank that streams.
    var loading: Int32 = 0
    var next: Int32 = 0
    var active: Int32 = 0
    var firstIsFull = false
    var secondIsFull = false
    /// When the last bank became complete, and what the row had waited for that kept it waiting longest.
    var completedAt: Cycle = -1
    var blame = Blame(.registers, component: 0)
    /// When the last row came, and the longest wait for a row of the bank that loads, with its cause.
    var lastRowAt: Cycle = 0
    var longestWait: Cycle = -1
    var longestBlame = Blame(.registers, component: 0)
    var rowsLoaded: Int64 = 0

    func isFull(_ bank: Int32) -> Bool { bank == 0 ? firstIsFull : secondIsFull }

    mutating func setFull(_ isFull: Bool, bank: Int32) {
      if bank == 0 { firstIsFull = isFull } else { secondIsFull = isFull }
    }
  }

  private let specification: PEArray.Specification
  /// Values and the positions of the window that they belong to: bank, row, slot.
  private let values: StateArray<Int16>
  private let positions: StateArray<UInt8>
  /// Padding slots of each row by bank; rows that hold nothing have `isUsed` false.
  private let shapePadding: StateArray<UInt32>
  private let patternPadding: StateArray<UInt32>
  private let isUsed: StateArray<Bool>
  private let slotPositions: SlotPositions
  /// Whether rows come with offsets; where they do not, every slot's position is its number.
  let hasMetadata: Bool
  @State private(set) var status: Status

  init(_ specification: PEArray.Specification, of owner: String, in clock: ClockDomain) {
    self.specification = specification
    let slots = 2 * specification.rows * specification.slotsPerRow
    values = StateArray(repeating: 0, count: slots, of: owner, in: clock)
    positions = StateArray(repeating: 0, count: slots, of: owner, in: clock)
    shapePadding = StateArray(repeating: 0, count: 2 * specification.rows, of: owner, in: clock)
    patternPadding = StateArray(repeating: 0, count: 2 * specification.rows, of: owner, in: clock)
    isUsed = StateArray(repeating: false, count: 2 * specification.rows, of: owner, in: clock)
    let slotPositions = SlotPositions(specification)
    self.slotPositions = slotPositions
    hasMetadata = specification.ranks.contains(where: \.hasMetadata)
    if !hasMetadata {
      for row in 0..<2 * specification.rows {
        let start = row * specification.slotsPerRow
        let slots = positions.elements(start..<start + specification.slotsPerRow)
        slotPositions.write(RankOffsets(), to: slots)
        precondition(slots.indices.allSatisfy { slots[$0] == $0 }, "rows without offsets keep everything in order")
      }
    }
    _status = State(Status(), of: owner, in: clock)
  }

  /// Whether a row can be taken: the bank being loaded is not complete.
  var canLoad: Bool { !status.isFull(status.loading) }

  /// Whether the window that streams next is complete.
  var nextIsFull: Bool { status.isFull(status.next) }

  /// Stores one row of the next window, with its slots' positions worked out from the offsets.
  @inline(__always)
  func load(_ row: UnsafePointer<StationaryRow>, at time: Cycle) {
    let bank = Int(status.loading)
    // Rows that follow a late one at the network's pace are late through it: the tag of the last row alone would name
    // the part that sets the pace.
    if time - status.lastRowAt >= status.longestWait {
      status.longestWait = time - status.lastRowAt
      status.longestBlame = row.pointee.blame
    }
    status.lastRowAt = time
    if row.pointee.row >= 0 {
      let index = bank * specification.rows + Int(row.pointee.row)
      isUsed[index] = true
      shapePadding[index] = row.pointee.shapePadding
      patternPadding[index] = row.pointee.patternPadding
      let start = index * specification.slotsPerRow
      let slots = start..<start + specification.slotsPerRow
      let words = UnsafeRawPointer(row.pointer(to: \.values).unsafelyUnwrapped)
      UnsafeMutableRawPointer(values.start + start).copyMemory(from: words, byteCount: slots.count * 2)
      if hasMetadata { slotPositions.write(row.pointee.offsets, to: positions.elements(slots)) }
      status.rowsLoaded += 1
    }
    if row.pointee.isLast {
      status.setFull(true, bank: status.loading)
      status.loading = 1 - status.loading
      status.completedAt = time
      status.blame = status.longestBlame
      status.longestWait = -1
    }
  }

  /// Makes the complete window the active one.
  func activate() {
    precondition(nextIsFull, "a window streams only through complete registers")
    status.active = status.next
    status.next = 1 - status.next
  }

  /// Frees the active bank for loading.
  func release() {
    let bank = Int(status.active)
    for row in 0..<specification.rows { isUsed[bank * specification.rows + row] = false }
    status.setFull(false, bank: status.active)
  }

  /// The active window, row by row.
  func row(_ row: Int) -> Row { self.row(row, bank: status.active) }

  /// A row of one of the banks.
  func row(_ row: Int, bank: Int32) -> Row {
    let index = Int(bank) * specification.rows + row
    let start = index * specification.slotsPerRow
    let slots = start..<start + specification.slotsPerRow
    return Row(
      isUsed: isUsed[index], shapePadding: shapePadding[index], patternPadding: patternPadding[index],
      values: values.elements(slots), positions: positions.elements(slots))
  }

  /// One row of the active window.
  struct Row {
    let isUsed: Bool
    let shapePadding: UInt32
    let patternPadding: UInt32
    let values: UnsafeMutableBufferPointer<Int16>
    let positions: UnsafeMutableBufferPointer<UInt8>

    /// Whether a value is zero; four are looked at together.
    var hasZero: Bool {
      guard values.count % 4 == 0 else { return values.contains(0) }
      let words = UnsafeRawPointer(values.baseAddress.unsafelyUnwrapped)
      var found: UInt64 = 0
      for offset in stride(from: 0, to: 2 * values.count, by: 8) {
        let four = words.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        // The top bit of a zero, and, only where there is one, of others above it.
        found |= (four &- 0x0001_0001_0001_0001) & ~four
      }
      return found & 0x8000_8000_8000_8000 != 0
    }
  }
}
