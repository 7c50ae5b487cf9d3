// SPDX-License-Identifier: Apache-2.0
import Accelerators
import EnergyArea
import Recording
import Workloads

extension RunDescription {
  /// Describes the run of a workload on a design.
  ///
  /// The content id is a hash of everything that a result can depend on: the simulator's version, the resolved
  /// configuration, the prices, the workload (the text of the trace and the bytes of its tensor files, or the options of
  /// the random product) and the seed. How much is recorded changes no result and is no part of it: runs at different levels have
  /// the same id, and the file keeps them apart by its column `record_level`.
  init(
    of workload: Workload, on values: ParameterValues, part: DRAMCatalogue.Part?, mapping: LoopMapping?,
    keptActivations: Int? = nil, pricing: Pricing, against: Comparison? = nil,
    share: SampleOptions.Share? = nil, isPrunedForDesign: Bool = false,
    seed: UInt64, recordLevel: RecordLevel, command: String
  ) throws(WorkloadError) {
    // Without notes of where a value was stated: designs that are the same give files that are the same.
    var configuration = values.resolvedText(annotated: false)
    if let part {
      let lines = part.text.split(separator: "\n").map { "#   \($0)" }
      configuration += "# dram.part, as it was:\n" + lines.joined(separator: "\n") + "\n"
    }
    if let mapping { configuration += "# mapping: \(mapping)\n" }
    if let keptActivations { configuration += "# activations pruned to \(keptActivations):8\n" }
    let table = pricing.table.yamlText
    let hash = try Self.contentID(
      configuration: configuration, energyTable: table, includesLeakage: pricing.options.includesLeakage,
      workload: workload, seed: seed, against: against, share: share, isPrunedForDesign: isPrunedForDesign)
    self.init(
      design: values.name, workload: workload.name, seed: seed, version: Hssim.version, configuration: configuration,
      contentID: hash, recordLevel: recordLevel, command: command, layers: workload.layerNames.count,
      energyTable: table)
  }

  /// The content id of a run of this version of the simulator.
  static func contentID(
    configuration: String, energyTable: String, includesLeakage: Bool, workload: Workload, seed: UInt64,
    against: Comparison?, share: SampleOptions.Share? = nil, isPrunedForDesign: Bool = false
  ) throws(WorkloadError) -> UInt64 {
    var hash = StableHash()
    hash.combine("hssim \(Hssim.version)")
    hash.combine(configuration)
    hash.combine(energyTable)
    hash.combine(includesLeakage ? 1 : 0)
    try workload.combine(into: &hash)
    hash.combine(seed)
    if isPrunedForDesign { hash.combine("pruned for the design") }
    if let share { hash.combine("sample \(share.fraction) above \(share.limit)") }
    if let against { hash.combine("against \(against.rawValue)") }
    return hash.value
  }
}
