// SPDX-License-Identifier: Apache-2.0
import Statistics

/// A component that does things that cost energy.
///
/// It publishes every action it can do, also those it did not do in a run, so that a price list can be checked for
/// completeness; it knows no price.
public protocol ActionReporting {
  var actionCounts: [ActionCount] { get }
}
