// SPDX-License-Identifier: Apache-2.0

/// The timings of a DRAM in its own clocks, with the names of the standards.
///
/// All distances are between commands as the device receives them; a command of several clocks on the command bus
/// counts from its last one (`activateClocks` and its siblings).
public struct DRAMTiming: Equatable, Sendable {
  /// Duration of one clock of the command bus, in picoseconds.
  public var clockPicoseconds = 0
  /// Clocks that one burst occupies the data bus.
  public var nBL = 0
  /// Read latency: RD to the first data.
  public var nCL = 0
  /// Write latency: WR to the first data.
  public var nCWL = 0
  /// ACT to RD, same bank.
  public var nRCDRD = 0
  /// ACT to WR, same bank.
  public var nRCDWR = 0
  /// PRE to ACT, same bank.
  public var nRP = 0
  /// PREab to ACT, same rank; a configuration that leaves it out means nRP.
  public var nRPab = 0
  /// ACT to PRE, same bank.
  public var nRAS = 0
  /// ACT to ACT, same bank.
  public var nRC = 0
  /// Column command to the same kind of column command, other bank group.
  public var nCCDS = 0
  /// Column command to the same kind of column command, same bank group.
  public var nCCDL = 0
  /// ACT to ACT, other bank group.
  public var nRRDS = 0
  /// ACT to ACT, same bank group.
  public var nRRDL = 0
  /// Window in which at most four ACT reach a rank.
  public var nFAW = 0
  /// End of write data to RD, other bank group.
  public var nWTRS = 0
  /// End of write data to RD, same bank group.
  public var nWTRL = 0
  /// End of write data to PRE, same bank.
  public var nWR = 0
  /// RD to PRE, same bank.
  public var nRTP = 0
  /// Clocks that the data bus idles between read data and the write data that follow them.
  public var nRTWGap = 0
  /// Clocks that the data bus idles when its driver changes from one rank to another.
  public var nCS = 0
  /// REFab to ACT, same rank.
  public var nRFC = 0
  /// REFpb to ACT, same bank; 0 where the part has no per-bank refresh.
  public var nRFCpb = 0
  /// REFpb to REFpb, other bank of the rank.
  public var nPBR2PBR = 0
  /// Average interval of REFab per rank.
  public var nREFI = 0
  /// PRE to PRE, other bank of the rank; 0 where the standard has no such rule.
  public var nPPD = 0
  /// Clocks of the command bus that ACT takes.
  public var activateClocks = 1
  /// Clocks of the command bus that PRE and PREab take.
  public var prechargeClocks = 1
  /// Clocks of the command bus that a column command takes.
  public var columnClocks = 1
  /// Clocks of the command bus that REFab and REFpb take.
  public var refreshClocks = 1

  public init() {}

  /// Clocks from the first clock of a RD to the clock after its last data.
  @inlinable
  public var readLatency: Int64 { Int64(columnClocks - 1 + nCL + nBL) }

  /// Clocks of the command bus that a command takes.
  public func clocks(of command: DRAMCommand) -> Int {
    switch command {
    case .activate: activateClocks
    case .precharge, .prechargeAll: prechargeClocks
    case .read, .readAutoPrecharge, .write, .writeAutoPrecharge: columnClocks
    case .refreshAll, .refreshBank: refreshClocks
    }
  }

  /// A timing as a configuration file knows it.
  public struct Field: Sendable {
    public let name: String
    public let path: WritableKeyPath<DRAMTiming, Int> & Sendable
    public let minimum: Int
    /// Whether a configuration may leave it out, for the default of this type.
    public let isOptional: Bool
    /// What it is, in one sentence.
    public let meaning: String
    /// The most that any timing may be.
    public static let maximum = 1_000_000

    init(
      _ name: String, _ path: WritableKeyPath<DRAMTiming, Int> & Sendable, _ minimum: Int, isOptional: Bool = false,
      _ meaning: String
    ) {
      self.meaning = meaning
      self.name = name
      self.path = path
      self.minimum = minimum
      self.isOptional = isOptional
    }
  }

  /// Every timing.
  public static let fields: [Field] = [
    Field("clock_picoseconds", \.clockPicoseconds, 1, "Duration of one clock of the command bus."),
    Field("nBL", \.nBL, 1, "Clocks that one burst occupies the data bus."),
    Field("nCL", \.nCL, 1, "Read latency: RD to the first data."),
    Field("nCWL", \.nCWL, 1, "Write latency: WR to the first data."),
    Field("nRCDRD", \.nRCDRD, 1, "ACT to RD, same bank."),
    Field("nRCDWR", \.nRCDWR, 1, "ACT to WR, same bank."),
    Field("nRP", \.nRP, 1, "PRE to ACT, same bank."),
    Field("nRPab", \.nRPab, 1, isOptional: true, "PREab to ACT, same rank."),
    Field("nRAS", \.nRAS, 1, "ACT to PRE, same bank."),
    Field("nRC", \.nRC, 1, "ACT to ACT, same bank."),
    Field("nCCDS", \.nCCDS, 1, "Column command to the same kind, other bank group."),
    Field("nCCDL", \.nCCDL, 1, "Column command to the same kind, same bank group."),
    Field("nRRDS", \.nRRDS, 1, "ACT to ACT, other bank group."),
    Field("nRRDL", \.nRRDL, 1, "ACT to ACT, same bank group."),
    Field("nFAW", \.nFAW, 1, "Window in which at most four ACT reach a rank."),
    Field("nWTRS", \.nWTRS, 0, "End of write data to RD, other bank group."),
    Field("nWTRL", \.nWTRL, 0, "End of write data to RD, same bank group."),
    Field("nWR", \.nWR, 0, "End of write data to PRE, same bank."),
    Field("nRTP", \.nRTP, 1, "RD to PRE, same bank."),
    Field(
      "nRTW_gap", \.nRTWGap, 0,
      "Clocks that the data bus idles between read data and the write data that follow them."),
    Field(
      "nCS", \.nCS, 0, isOptional: true,
      "Clocks that the data bus idles when its driver changes from one rank to another."),
    Field("nRFC", \.nRFC, 1, "REFab to ACT, same rank."),
    Field(
      "nRFCpb", \.nRFCpb, 0, isOptional: true,
      "REFpb to ACT, same bank; 0 where the part has no per-bank refresh."),
    Field("nPBR2PBR", \.nPBR2PBR, 0, isOptional: true, "REFpb to REFpb, other bank of the rank."),
    Field("nREFI", \.nREFI, 1, "Average interval of REFab per rank."),
    Field(
      "nPPD", \.nPPD, 0, isOptional: true,
      "PRE to PRE, other bank of the rank; 0 where the standard has no such rule."),
    Field("activate_clocks", \.activateClocks, 1, isOptional: true, "Clocks of the command bus that ACT takes."),
    Field(
      "precharge_clocks", \.prechargeClocks, 1, isOptional: true,
      "Clocks of the command bus that PRE and PREab take."),
    Field(
      "column_clocks", \.columnClocks, 1, isOptional: true,
      "Clocks of the command bus that a column command takes."),
    Field(
      "refresh_clocks", \.refreshClocks, 1, isOptional: true,
      "Clocks of the command bus that REFab and REFpb take."),
  ]

  /// Throws where a value is out of range or two values contradict each other.
  func validate() throws(DRAMSpecificationError) {
    for field in Self.fields {
      let value = self[keyPath: field.path]
      guard value >= field.minimum, value <= Field.maximum else {
        throw DRAMSpecificationError(
          field: "timing.\(field.name)", value: "\(value)", allowed: "\(field.minimum) to \(Field.maximum)")
      }
    }
    func require(_ holds: Bool, _ field: String, _ value: Int, _ allowed: String) throws(DRAMSpecificationError) {
      guard holds else { throw DRAMSpecificationError(field: "timing.\(field)", value: "\(value)", allowed: allowed) }
    }
    try require(nRC >= nRAS + nRP, "nRC", nRC, "at least nRAS + nRP (\(nRAS + nRP))")
    try require(nCCDL >= nCCDS, "nCCDL", nCCDL, "at least nCCDS (\(nCCDS))")
    try require(nRRDL >= nRRDS, "nRRDL", nRRDL, "at least nRRDS (\(nRRDS))")
    try require(nWTRL >= nWTRS, "nWTRL", nWTRL, "at least nWTRS (\(nWTRS))")
    try require(nRPab >= nRP, "nRPab", nRPab, "at least nRP (\(nRP))")
    try require(nREFI > nRFC + nRPab, "nREFI", nREFI, "more than nRFC + nRPab (\(nRFC + nRPab))")
  }
}
