// SPDX-License-Identifier: Apache-2.0

/// What the database says of a run before its first layer is simulated.
public struct RunDescription: Equatable, Sendable {
  /// How much of a run is recorded.
  public enum RecordLevel: String, CaseIterable, Sendable {
    case summary, spans, events
  }

  /// Which messages of a layer are recorded, where any are.
  public enum RecordedMessages: Equatable, Sendable {
    case all
    case cycles(ClosedRange<Int64>)
    /// Up to the cycle in which a condition begins to hold, of the last `cycles` only, where that is stated.
    case until(condition: String, cycles: Int64?)
  }

  public var design: String
  /// Name of the layer trace, or of the GEMM.
  public var workload: String
  /// Seed of all synthetic operands.
  public var seed: UInt64
  /// Version of the simulator.
  public var version: String
  /// The fully resolved configuration of the design.
  public var configuration: String
  /// Hash of everything that the run's results depend on: configuration, content of the workload, seed, options and
  /// version. Made with `StableHash`.
  public var contentID: UInt64
  public var recordLevel: RecordLevel
  /// At level `events`: the messages of every layer that are recorded.
  public var recordedMessages = RecordedMessages.all
  /// The command that makes the run, without anything that changes from call to call.
  public var command: String
  /// Number of layers of the workload, at least 1.
  public var layers: Int
  /// The table of prices that the costs of layers follow from, as YAML; nil if layers are written without costs.
  public var energyTable: String?

  public init(
    design: String, workload: String, seed: UInt64, version: String, configuration: String, contentID: UInt64,
    recordLevel: RecordLevel, command: String, layers: Int, energyTable: String? = nil
  ) {
    self.design = design
    self.workload = workload
    self.seed = seed
    self.version = version
    self.configuration = configuration
    self.contentID = contentID
    self.recordLevel = recordLevel
    self.command = command
    self.layers = layers
    self.energyTable = energyTable
  }

  /// What is recorded, as the database says it: the level, and behind it which messages, if not all.
  var recordText: String {
    switch recordedMessages {
    case .all: recordLevel.rawValue
    case .cycles(let range): "\(recordLevel.rawValue):\(range.lowerBound)-\(range.upperBound)"
    case .until(let condition, let cycles):
      "\(recordLevel.rawValue):\(cycles.map { "\($0) " } ?? "")until \(condition)"
    }
  }

  /// The name of the file where the user gives none: `<design>-<workload>-<first 8 of the content id>.sqlite`.
  ///
  /// Characters that shells or file systems treat specially become `-`; long names are cut, the content id keeps
  /// them apart.
  public var defaultFileName: String {
    "\(Self.plain(design))-\(Self.plain(workload))-\(contentID.hashText.prefix(8)).sqlite"
  }

  private static func plain(_ name: String) -> String {
    let kept = name.unicodeScalars.map { scalar -> Character in
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", ".", "_": Character(scalar)
      default: "-"
      }
    }
    let trimmed = kept.drop { $0 == "-" || $0 == "." }
    return trimmed.isEmpty ? "unnamed" : String(trimmed.prefix(100))
  }
}
