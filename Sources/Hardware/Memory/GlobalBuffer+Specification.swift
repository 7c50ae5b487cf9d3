// SPDX-License-Identifier: Apache-2.0
import Statistics

extension GlobalBuffer {
  /// Sizes, banks and bandwidth.
  public struct Specification: Codable, Equatable, Sendable {
    /// Bytes of the data banks together, a multiple of 64.
    public var dataBytes: Int
    public var dataBanks: Int
    /// Bytes of the metadata banks together, a multiple of 64.
    public var metadataBytes: Int
    public var metadataBanks: Int
    /// Data bytes per cycle over all banks and clients, reads plus writes.
    public var portBytesPerCycle: Int
    /// Cycles from access to the row's arrival.
    public var latencyCycles: Int
    /// Bytes of a row of the data banks: 64, 32 or 16. A line of 64 bytes lies in as many rows as it takes.
    public var rowBytes: Int
    /// Rows that a bank serves in a cycle, 1 or 2.
    public var bankPorts: Int
    /// Words of 64 bits that a metadata port takes in a cycle, from as many banks.
    public var metadataPortWords: Int
    public var arbitration: Arbitration
    /// All clients, the first of them first.
    public var order: [Client]
    /// Whether reads have `portBytesPerCycle` for themselves and writes as much again, metadata included.
    public var hasPortPerDirection: Bool
    /// Whether two accesses to a bank must take turns.
    public var hasBankConflicts: Bool

    public init(
      dataBytes: Int, dataBanks: Int, metadataBytes: Int, metadataBanks: Int, portBytesPerCycle: Int,
      latencyCycles: Int, rowBytes: Int = Line.byteCount, bankPorts: Int = 1, metadataPortWords: Int = 1,
      arbitration: Arbitration = .priority, order: [Client] = Client.allCases, hasPortPerDirection: Bool = false,
      hasBankConflicts: Bool = true
    ) {
      self.hasPortPerDirection = hasPortPerDirection
      self.hasBankConflicts = hasBankConflicts
      precondition([16, 32, 64].contains(rowBytes), "a row has 16, 32 or 64 bytes")
      precondition((1...2).contains(bankPorts), "a bank has 1 or 2 ports")
      precondition(
        order.count == Client.allCases.count && Set(order) == Set(Client.allCases), "every client has one place")
      self.rowBytes = rowBytes
      self.bankPorts = bankPorts
      self.metadataPortWords = metadataPortWords
      self.arbitration = arbitration
      self.order = order
      self.dataBytes = dataBytes
      self.dataBanks = dataBanks
      self.metadataBytes = metadataBytes
      self.metadataBanks = metadataBanks
      self.portBytesPerCycle = portBytesPerCycle
      self.latencyCycles = latencyCycles
    }

    /// Bytes per cycle that the data banks serve together.
    public var bankBytesPerCycle: Int { dataBanks * bankPorts * rowBytes }

    var rowsPerLine: Int32 { Int32(Line.byteCount / rowBytes) }
  }

  /// Who competes for the banks.
  public enum Client: String, CaseIterable, Codable, Sendable {
    /// The stream of operand B, with its bitmasks.
    case operandB = "operand_b"
    /// Loads of operand A, with their offsets.
    case operandA = "operand_a"
    /// Spilled sums on their way back.
    case sums
    /// Lines that arrive from memory.
    case fill
  }

  /// Who goes first in a cycle.
  public enum Arbitration: String, CaseIterable, Codable, Sendable {
    /// Always in the same order.
    case priority
    /// In the same order, but beginning after whoever was served first in the last cycle in which anybody was.
    case roundRobin = "round-robin"
  }

  public var actionCounts: [ActionCount] {
    func count(_ action: String, _ count: Int64, bits: Int64, tax: Bool = true, rank: Int? = nil) -> ActionCount {
      ActionCount(component: name, action: action, count: count, bits: bits, isSparsityTax: tax, rank: rank)
    }
    var counts = [
      count("data_read", state.dataReads, bits: Int64(specification.rowBytes * 8), tax: false),
      count("data_write", state.dataWrites, bits: Int64(specification.rowBytes * 8), tax: false),
    ]
    for (ring, content, reads, writes, rank) in [
      (BufferRing.maskB, "b", state.maskReads, state.maskWrites, operandBRank),
      (.rank1A, "rank1", state.rank1Reads, state.rank1Writes, 1),
      (.rank0A, "rank0", state.rank0Reads, state.rank0Writes, 0),
    ] where hasPort(of: ring) {
      counts.append(count("metadata_read_\(content)", reads, bits: 64, rank: rank))
      counts.append(count("metadata_write_\(content)", writes, bits: 64, rank: rank))
    }
    return counts
  }

  /// Whether the design has metadata of this kind.
  func hasPort(of ring: BufferRing) -> Bool {
    switch ring {
    case .operandA, .operandB, .sums: true
    case .maskB: maskB != nil
    case .rank1A: rank1A != nil
    case .rank0A: rank0A != nil
    }
  }
}

/// How the buffer is divided into rings for one layer, in lines.
public struct BufferPlan: Equatable, Sendable {
  /// First line and number of lines of a ring in its banks.
  public struct Region: Equatable, Sendable {
    public var first: Int
    public var count: Int

    public init(first: Int, count: Int) {
      self.first = first
      self.count = count
    }
  }

  public var operandA: Region
  public var operandB: Region
  public var rank1A: Region
  public var rank0A: Region
  public var maskB: Region
  public var sums: Region
  /// `Component.index` of the memory that fills the buffer, to blame for a line that came late.
  public var memoryComponent = 0

  /// Rings laid out one after the other, data and metadata each from line 0.
  public init(operandA: Int, operandB: Int, rank1A: Int, rank0A: Int, maskB: Int, sums: Int = 0) {
    self.operandA = Region(first: 0, count: operandA)
    self.operandB = Region(first: operandA, count: operandB)
    self.sums = Region(first: operandA + operandB, count: sums)
    self.rank1A = Region(first: 0, count: rank1A)
    self.rank0A = Region(first: rank1A, count: rank0A)
    self.maskB = Region(first: rank1A + rank0A, count: maskB)
  }

  /// Lines of the data banks in use.
  public var dataLines: Int { operandA.count + operandB.count + sums.count }
  /// Lines of the metadata banks in use.
  public var metadataLines: Int { rank1A.count + rank0A.count + maskB.count }

  /// Lines and position of `ring`.
  @inline(__always)
  public func region(of ring: BufferRing) -> Region {
    switch ring {
    case .operandA: operandA
    case .operandB: operandB
    case .rank1A: rank1A
    case .rank0A: rank0A
    case .maskB: maskB
    case .sums: sums
    }
  }

  /// The line of the banks at `slot` of `ring`; slots wrap around the ring's end.
  @inline(__always)
  func line(of ring: BufferRing, slot: Int) -> Int {
    let region = region(of: ring)
    return region.first + (slot < region.count ? slot : slot % region.count)
  }
}
