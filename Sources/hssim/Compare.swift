// SPDX-License-Identifier: Apache-2.0
import Accelerators
import ArgumentParser
import EnergyArea
import Recording
import Workloads

/// `hssim compare`: a workload on several designs, into one database with a run per design.
struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Simulates a workload on several designs and compares them.",
    discussion: """
      Every design gets the weights pruned to what it exploits: the declared pattern where it runs at its own density, \
      else the design's sparsest pattern that keeps no less, else all of them. With --no-prune all designs get the same \
      values, and those that do not exploit the pattern run denser. Weights that a trace does not prune, and \
      --density-a, are as they are either way.

      The database has a run per design, in the order of --designs, and 'hssim query' compares them as well. A design \
      that fails does not stop the others.

      Examples:
        hssim compare resnet50 --pattern "4:8->2:4" --designs highlight,stc,tc --jobs 2
        hssim compare --gemm 1024x1024x1024 --pattern "4:8->2:4" --designs highlight,tc,stc
        hssim compare traces/minilm/minilm.yaml --designs highlight,stc --normalise-to stc --output minilm.sqlite
      """)

  @OptionGroup var source: WorkloadOptions

  @Option(help: ArgumentHelp("Names or files of the designs, with commas between.", valueName: "a,b,..."))
  var designs: String

  @Option(
    help: ArgumentHelp("The design that ratios are over. (default: the last of --designs)", valueName: "name|file"))
  var normaliseTo: String?

  @Flag(help: "All designs get the values as the workload gives them.")
  var noPrune = false

  @OptionGroup var energy: EnergyOptions

  @OptionGroup var parallel: JobOptions

  @Option(help: ArgumentHelp("Seed of random operands, 0 to 9223372036854775807.", valueName: "n"))
  var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "The database. (default: compare-<workload>-<content id>.sqlite in the current folder)", valueName: "file.sqlite")
  )
  var output: String?

  @Option(
    help: ArgumentHelp(
      "How much is recorded: summary (no activity), spans (what every component does in every cycle) or events (also "
        + "every message, and hashes of the state).",
      valueName: "level"))
  var record = "summary"

  @Option(help: "What is printed at the end: text or json.")
  var format = OutputFormat.text

  @Flag(
    help:
      "Tick every component in every cycle, rather than steady streams in one go: slower, and otherwise the same.")
  var everyCycle = false

  @Flag(help: "Replace the output if it exists.")
  var force = false

  func run() throws {
    let names = try designNames()
    let baseline = try baselineIndex(names)
    let workload = try source.workload(seed: seed)
    let entries = try names.map { try entry($0, workload) }
    let path = output ?? defaultFileName(entries.map(\.description), workload)
    try checkPlace(path, workload, names)
    let database = try RunDatabase.open(path, runs: entries.map(\.description), existing: force ? .replace : .resume)
    // What a design's weights are pruned to changes nothing about the values that are read.
    try workload.checkValues()
    let failures = try simulate(entries, into: database)
    let runs = try entries.indices.map { try RecordedRun(path: path, identifier: Int64($0) + 1) }
    let report = ComparisonReport(runs, baseline: baseline, path: path)
    try StandardOutput.write(format == .json ? report.json() : report.text)
    if let first = failures.first { throw first }
  }

  /// A design with what it is to simulate.
  private struct Entry {
    let workload: Workload
    let machine: any Machine
    let pricing: Pricing
    let description: RunDescription
  }

  private func entry(_ design: String, _ workload: Workload) throws -> Entry {
    let values = try DesignOptions.values(of: design, applying: [])
    let part = try DesignOptions.part(of: values)
    let machine = DesignKind.machine(values, part: part?.specification)
    let pricing = try energy.pricing(of: machine)
    let own = noPrune ? workload : workload.pruned(for: machine)
    let words =
      ["hssim", "compare"] + workload.arguments + ["--designs", design.lastPathComponent]
      + (noPrune ? ["--no-prune"] : []) + energy.words + ["--seed", "\(seed)", "--record", record]
    var description = try RunDescription(
      of: workload, on: values, part: part, mapping: nil, pricing: pricing, isPrunedForDesign: !noPrune, seed: seed,
      recordLevel: .init(option: record), command: words.map(shellWord).joined(separator: " "))
    try description.recordMessages(option: record)
    return Entry(workload: own, machine: machine, pricing: pricing, description: description)
  }

  /// Goes layer by layer, so that what the designs have in common of one is made once.
  ///
  /// - Returns: why designs failed, in the designs' order.
  private func simulate(_ entries: [Entry], into database: RunDatabase) throws -> [any Error] {
    let interruption = Interruption()
    var failures: [Int: any Error] = [:]
    try SimulationJob.conclude(database, layers: entries.map(\.description.layers), interruption) {
      let jobs = entries.enumerated().map { index, entry in
        SimulationJob(
          workload: entry.workload, machine: entry.machine, pricing: entry.pricing, against: nil,
          description: entry.description, database: database, run: index, result: nil, memoryTrace: nil,
          leaps: !everyCycle)
      }
      let queue = LayerQueue(jobs, endsOneRun: Self.isOfTheDesign)
      var progress = ProgressLine(work: queue.work)
      try queue.simulate(
        jobs: parallel.jobs, interruption, &progress, take: { layer, run in try jobs[run].store(layer) },
        fail: { error, run in
          try database.begin()
          try database.fail("\(error)", run: run)
          failures[run] = error
        })
    }
    return failures.sorted { $0.key < $1.key }.map(\.value)
  }

  /// Whether an error says something of one design, and nothing of the others.
  private static func isOfTheDesign(_ error: any Error) -> Bool {
    !(error is CancellationError || error is RecordingError || error is WorkloadError)
  }

  private func designNames() throws -> [String] {
    let names = designs.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    for (index, name) in names.enumerated() {
      guard !name.isEmpty else {
        throw CommandError(.usage, "--designs \(designs): a name is empty; allowed: names or files with commas between")
      }
      guard !names[..<index].contains(name) else {
        throw CommandError(.usage, "--designs \(designs): \(name) is given twice; allowed: each design once")
      }
    }
    return names
  }

  private func baselineIndex(_ names: [String]) throws -> Int {
    guard let normaliseTo else { return names.count - 1 }
    guard let index = names.firstIndex(of: normaliseTo) else {
      throw CommandError(
        .usage,
        "--normalise-to \(normaliseTo): this is none of the designs; allowed: \(names.joined(separator: ", "))")
    }
    return index
  }

  private func defaultFileName(_ runs: [RunDescription], _ workload: Workload) -> String {
    var hash = StableHash()
    for run in runs { hash.combine(run.contentID) }
    var whole = runs[0]
    whole.design = "compare"
    whole.contentID = hash.value
    return whole.defaultFileName
  }

  private func checkPlace(_ path: String, _ workload: Workload, _ names: [String]) throws {
    for input in workload.inputs + names.filter(\.isYAMLPath) where input.resolvedPath == path.resolvedPath {
      throw CommandError(.cannotCreate, "--output \(path): this is \(input), which the run reads")
    }
  }
}
