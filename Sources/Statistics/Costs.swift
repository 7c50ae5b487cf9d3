// SPDX-License-Identifier: Apache-2.0

/// The silicon that parts of one kind in one component occupy.
public struct AreaEntry: Equatable, Sendable {
  public var component: String
  /// Which parts of the component, e.g. `rank1_multiplexers`; unique within it.
  public var part: String
  /// Area in 1e-6 um^2.
  public var microSquareMicrons: Int64
  /// Whether the silicon exists only because sparsity is supported.
  public var isSparsityTax: Bool
  /// The HSS rank that causes a tax; nil where none does.
  public var rank: Int?

  public init(component: String, part: String, microSquareMicrons: Int64, isSparsityTax: Bool, rank: Int? = nil) {
    self.component = component
    self.part = part
    self.microSquareMicrons = microSquareMicrons
    self.isSparsityTax = isSparsityTax
    self.rank = rank
  }
}

/// What a technology table makes of a layer's statistics.
///
/// The sums of its entries are the layer's `energyAttojoules` and `areaMicroSquareMicrons`, exactly.
public struct LayerCosts: Equatable, Sendable {
  /// Energy of every entry of `LayerStatistics.actions`, in the same order, in attojoules.
  public var actionAttojoules: [Int64]
  public var areas: [AreaEntry]

  public init(actionAttojoules: [Int64], areas: [AreaEntry]) {
    self.actionAttojoules = actionAttojoules
    self.areas = areas
  }
}

extension Cause {
  /// Whether a lane-cycle under this cause was lost only because sparsity is supported.
  ///
  /// Zeros of the operands are no tax: a design without support for sparsity meets them as well.
  public var isSparsityTax: Bool {
    switch self {
    case .paddingPattern, .loadImbalance, .starvedMetadata: true
    default: false
    }
  }
}
