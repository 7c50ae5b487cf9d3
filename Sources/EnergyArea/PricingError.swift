// SPDX-License-Identifier: Apache-2.0

/// Why a layer has no price: the table, the inventory and the statistics do not fit together.
public struct PricingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The component and action, or item, that has no price, and why.
  public let description: String

  init(_ description: String) { self.description = description }
}
