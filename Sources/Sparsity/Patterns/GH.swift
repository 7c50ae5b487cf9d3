// SPDX-License-Identifier: Apache-2.0

/// The G:H rule of one rank: at most `g` of every `h` consecutive coordinates are non-empty.
///
/// G is an upper bound, as in the paper: a group may hold fewer. G = H puts no bound at all, and only says how many
/// coordinates form a block of the next rank.
public struct GH: Hashable, Sendable, CustomStringConvertible {
  /// Coordinates that may be non-empty, `1...h`.
  public let g: Int
  /// Coordinates in a group, `1...GH.maximumH`.
  public let h: Int

  /// The largest group accepted; far above any hardware, small enough for every product to fit.
  public static let maximumH = 4096

  /// The rule, or nil unless `1 <= g <= h <= GH.maximumH`.
  public init?(checking g: Int, _ h: Int) {
    guard 1 <= g, g <= h, h <= Self.maximumH else { return nil }
    self.g = g
    self.h = h
  }

  /// - Precondition: `1 <= g <= h <= GH.maximumH`.
  public init(_ g: Int, _ h: Int) {
    guard let checked = GH(checking: g, h) else {
      preconditionFailure("a G:H rule needs 1 <= G <= H <= \(Self.maximumH), not \(g):\(h)")
    }
    self = checked
  }

  /// Whether the rule allows everything (G = H); such a rank needs no metadata.
  public var isDense: Bool { g == h }

  /// G/H.
  public var density: Ratio { Ratio(g, h) }

  /// `2:4`.
  public var description: String { "\(g):\(h)" }
}
