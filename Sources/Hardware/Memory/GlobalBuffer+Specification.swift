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
    for ring in metadataRings {
      let accesses = state.metadata[ring]
      let rank = ring.rankOfA ?? operandBRank
      counts.append(count("metadata_read_\(ring.content)", accesses.reads, bits: 64, rank: rank))
      counts.append(count("metadata_write_\(ring.content)", accesses.writes, bits: 64, rank: rank))
    }
    return counts
  }

  /// The rings of metadata that the design has: operand B's, then operand A's from the highest rank down.
  var metadataRings: [BufferRing] {
    let rings = [BufferRing.maskB] + PerRank<Int>.descending.map(BufferRing.metadataA(ofRank:))
    return rings.filter { metadataPort(of: $0) != nil }
  }
}

extension BufferRing {
  /// What actions call the metadata that the ring holds.
  var content: String { rankOfA.map { "rank\($0)" } ?? "b" }
}

/// Words of the metadata banks that were read and written, by ring.
struct MetadataAccesses: BitwiseCopyable {
  struct Count: BitwiseCopyable {
    var reads: Int64 = 0
    var writes: Int64 = 0
  }

  private var maskB = Count()
  private var rank2A = Count()
  private var rank1A = Count()
  private var rank0A = Count()

  /// - Precondition: the ring holds metadata.
  subscript(ring: BufferRing) -> Count {
    @inline(__always)
    get {
      switch ring {
      case .maskB: maskB
      case .rank2A: rank2A
      case .rank1A: rank1A
      case .rank0A: rank0A
      case .operandA, .operandB, .sums: preconditionFailure("data rings hold no metadata")
      }
    }
    @inline(__always)
    set {
      switch ring {
      case .maskB: maskB = newValue
      case .rank2A: rank2A = newValue
      case .rank1A: rank1A = newValue
      case .rank0A: rank0A = newValue
      case .operandA, .operandB, .sums: preconditionFailure("data rings hold no metadata")
      }
    }
  }

  /// Accesses of both kinds to all rings.
  @inline(__always)
  var total: Int64 {
    maskB.reads + maskB.writes + rank2A.reads + rank2A.writes + rank1A.reads + rank1A.writes + rank0A.reads
      + rank0A.writes
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
  public var rank2A: Region
  public var rank1A: Region
  public var rank0A: Region
  public var maskB: Region
  public var sums: Region
  /// `Component.index` of the memory that fills the buffer, to blame for a line that came late.
  public var memoryComponent = 0

  /// Rings laid out one after the other, data and metadata each from line 0.
  public init(operandA: Int, operandB: Int, rank2A: Int = 0, rank1A: Int, rank0A: Int, maskB: Int, sums: Int = 0) {
    self.operandA = Region(first: 0, count: operandA)
    self.operandB = Region(first: operandA, count: operandB)
    self.sums = Region(first: operandA + operandB, count: sums)
    self.rank2A = Region(first: 0, count: rank2A)
    self.rank1A = Region(first: rank2A, count: rank1A)
    self.rank0A = Region(first: rank2A + rank1A, count: rank0A)
    self.maskB = Region(first: rank2A + rank1A + rank0A, count: maskB)
  }

  /// Lines of the data banks in use.
  public var dataLines: Int { operandA.count + operandB.count + sums.count }
  /// Lines of the metadata banks in use.
  public var metadataLines: Int { rank2A.count + rank1A.count + rank0A.count + maskB.count }

  /// Lines and position of `ring`.
  @inline(__always)
  public func region(of ring: BufferRing) -> Region {
    switch ring {
    case .operandA: operandA
    case .operandB: operandB
    case .rank2A: rank2A
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
