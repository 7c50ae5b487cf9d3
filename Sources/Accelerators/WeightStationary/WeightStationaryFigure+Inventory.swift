// SPDX-License-Identifier: Apache-2.0
import Hardware
import Statistics

extension WeightStationaryFigure {
  /// What the machine is built of, box by box; complete once it is wired.
  var inventory: Inventory {
    let network: [(any InventoryReporting)?] = [multicast, sharedNetwork]
    let boxes: [any InventoryReporting] =
      [memory as any InventoryReporting, buffer] + allDecoders + [vfmu]
      + network.compactMap { $0 } + [stationaryBus] + arrays
      + [collector, activationUnit, compressionUnit, spillUnit, reloadNetwork, sequencer]
    return Inventory(joining: boxes.map(\.inventory))
  }
}
