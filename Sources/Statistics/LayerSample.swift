// SPDX-License-Identifier: Apache-2.0

/// How a layer's numbers were estimated, where only a share of it was simulated.
///
/// The first part is the layer's beginning. Then come two for each stratum: units until the machine has settled and a segment
/// of the stratum behind them, and those units alone. The estimate of any count is the first part's and, for each segment, the
/// difference of its two parts times what the stratum is to the segment.
public struct LayerSample: Equatable, Sendable {
  /// A part of the layer that was simulated, as a layer by itself.
  public struct Part: Equatable, Sendable {
    /// First row, or column, of Z.
    public var first: Int64
    /// Rows and columns of Z.
    public var rows: Int64
    public var columns: Int64
    /// The factor of this part's counts in the layer's; those of all parts sum to 1.
    public var weight: Double
    public var cycles: Int64
    /// Energy in attojoules; nil where no table was applied.
    public var attojoules: Int64?
    public var eventHash: UInt64
    public var resultHash: UInt64

    public init(
      first: Int64, rows: Int64, columns: Int64, weight: Double, cycles: Int64, attojoules: Int64? = nil,
      eventHash: UInt64, resultHash: UInt64
    ) {
      self.first = first
      self.rows = rows
      self.columns = columns
      self.weight = weight
      self.cycles = cycles
      self.attojoules = attojoules
      self.eventHash = eventHash
      self.resultHash = resultHash
    }
  }

  /// A standard error, and the half width of the interval around the estimate that holds the true value 95 times of 100.
  public struct Uncertainty: Equatable, Sendable {
    public var error: Double
    public var margin: Double

    public init(error: Double, margin: Double) {
      self.error = error
      self.margin = margin
    }
  }

  /// Share of Z's elements that were simulated, each counted once.
  public var fraction: Double
  public var parts: [Part]
  /// Of the layer's cycles.
  public var cycles: Uncertainty
  /// Of its energy, in attojoules; nil where no table was applied.
  public var attojoules: Uncertainty?

  public init(fraction: Double, parts: [Part], cycles: Uncertainty, attojoules: Uncertainty? = nil) {
    self.fraction = fraction
    self.parts = parts
    self.cycles = cycles
    self.attojoules = attojoules
  }
}
