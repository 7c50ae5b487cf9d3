// SPDX-License-Identifier: Apache-2.0

/// Who lost or used lane-cycles, why, and through whose fault.
public struct LedgerEntry: Equatable, Sendable {
  /// The component that owns the lanes, e.g. `PEArray[2]`.
  public var component: String
  public var cause: Cause
  /// The component or link at fault; the owner itself where the lanes did work.
  public var blamed: String
  /// Number of lanes times cycles, never negative.
  public var laneCycles: Int64
  /// How many of them were lost only because sparsity is supported: all under a cause that is a tax, and stalls on
  /// operand B as far as its windows are wider than a dense step's.
  public var taxLaneCycles: Int64

  /// - Parameter taxLaneCycles: all or none, by the cause, where it is nil.
  public init(component: String, cause: Cause, blamed: String, laneCycles: Int64, taxLaneCycles: Int64? = nil) {
    self.component = component
    self.cause = cause
    self.blamed = blamed
    self.laneCycles = laneCycles
    self.taxLaneCycles = taxLaneCycles ?? (cause.isSparsityTax ? laneCycles : 0)
  }
}

/// The conserved account of a layer: every lane-cycle has exactly one entry.
public struct Ledger: Equatable, Sendable {
  /// Number of MAC lanes of the design.
  public var lanes: Int64
  /// Core clock cycles of the layer.
  public var cycles: Int64
  public var entries: [LedgerEntry]

  public init(lanes: Int64, cycles: Int64, entries: [LedgerEntry]) {
    self.lanes = lanes
    self.cycles = cycles
    self.entries = entries
  }

  /// Sum over all entries, in lane-cycles.
  public var total: Int64 { entries.reduce(0) { $0 + $1.laneCycles } }

  /// Whether the account adds up: `SUM(all) = lanes x cycles`.
  public var isConserved: Bool { total == lanes * cycles }

  /// Lane-cycles booked under `cause`, over all components.
  public func laneCycles(of cause: Cause) -> Int64 {
    entries.reduce(0) { $1.cause == cause ? $0 + $1.laneCycles : $0 }
  }
}
