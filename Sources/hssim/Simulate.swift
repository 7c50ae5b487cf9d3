// SPDX-License-Identifier: Apache-2.0
import Accelerators
import ArgumentParser
import EnergyArea
import Recording
import Workloads

/// `hssim simulate`: a workload on a design, into a database.
struct Simulate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Simulates a workload on a design and writes one SQLite file.",
    discussion: """
      The workload is a layer trace (docs/layer-trace.md), a network (docs/networks.md) or a random product. Every layer is checked against an untimed \
      product, element by element; its ledger and its bounds are checked too.

      Everything is checked before a file is made. The file has its name from the first layer on; a run that was \
      killed goes on from there when the same command is given again. A file that holds something else, or this run \
      finished, is left alone unless --force is given.

      Examples:
        hssim simulate resnet50 --pattern "4:8->2:4" --jobs 2 --record summary
        hssim simulate traces/minilm/one-layer.yaml --output minilm.sqlite
        hssim simulate --gemm 256x256x256 --pattern "4:6->2:4" --density-b 0.5 --format json
      """)

  @OptionGroup var source: WorkloadOptions

  @OptionGroup var design: DesignOptions

  @Option(
    help: ArgumentHelp(
      "How every layer is mapped, such as 'DRAM: N8 | SMEM: M2 Ms4 | RF: K36 Ms16 Ks32 | LRF: N128' (s = spatial), or "
        + "the path of a .yaml file. (default: the mapping that is expected to take fewest cycles)",
      valueName: "loops|file"))
  var mapping: String?

  @Option(
    help: ArgumentHelp(
      "On a design that prunes activations (s2ta): keep the largest 1 to 8 of every 8 along K. The product that is "
        + "checked is that of the pruned activations. (default: none are pruned)",
      valueName: "G:8"))
  var pruneActivations: String?

  @Option(
    help: ArgumentHelp(
      "Cycles without a step of an array or a stored result after which a run is given up as a livelock.",
      valueName: "cycles"))
  var watchdog: Int64 = LayerOptions.defaultWatchdogCycles

  @OptionGroup var sampling: SampleOptions

  @OptionGroup var energy: EnergyOptions

  @OptionGroup var parallel: JobOptions

  @Option(help: ArgumentHelp("Seed of random operands, 0 to 9223372036854775807.", valueName: "n"))
  var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "The database. (default: <design>-<workload>-<content id>.sqlite in the current folder)",
      valueName: "file.sqlite"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "How much is recorded: summary (no activity), spans (what every component does in every cycle) or events (also "
        + "every message, and hashes of the state; events:1000-1999 keeps the messages of those cycles only, "
        + "'events:1000 until VFMU.buffered < 16' those of the last 1000 cycles before something begins to hold).",
      valueName: "level"))
  var record = "spans"

  @Option(
    help: ArgumentHelp(
      "Also write Z, int32 [M, N], before requantisation: one layer to .npy, any number to .npz.", valueName: "file"))
  var result: String?

  @Option(
    help: ArgumentHelp(
      "Also write what a timed memory was asked for, as a memory trace for 'hssim dram', Ramulator or DRAMsim3.",
      valueName: "file"))
  var dramTrace: String?

  @Option(
    help: ArgumentHelp(
      "Its form: cycle-address (cycle address R|W), load-store (LD|ST address) or address-command (address READ|WRITE "
        + "cycle).",
      valueName: "form"))
  var dramTraceFormat = DRAMTraceFormat.cycleAddress

  @Option(
    help: ArgumentHelp(
      "Also simulate every layer dense, to know what sparsity saves: only 'dense' so far.", valueName: "what"))
  var against: Comparison?

  @Option(help: "What is printed at the end: text or json.")
  var format = OutputFormat.text

  @Flag(
    help:
      "Tick every component in every cycle, rather than steady streams in one go: slower, and otherwise the same.")
  var everyCycle = false

  @Flag(help: "Replace the output, and the files of --result and --dram-trace, if they exist.")
  var force = false

  func run() throws {
    guard (1...1 << 40).contains(watchdog) else {
      throw CommandError(.usage, "--watchdog \(watchdog): this is no wait; allowed: 1 to \(Int64(1) << 40) cycles")
    }
    let workload = try source.workload(seed: seed)
    let values = try design.values()
    let part = try DesignOptions.part(of: values)
    let mapping = try mapping.map { try LoopMapping(notationOrPath: $0) }
    let machine = DesignKind.machine(values, part: part?.specification, mapping: mapping)
    let kept = try keptActivations(on: machine)
    if let pruneActivations, workload.hasChains {
      throw CommandError(
        .usage,
        "--prune-activations \(pruneActivations): layers take others' outputs, which would be of pruned activations; "
          + "allowed: traces without 'from'")
    }
    let share = try sampling.share()
    try share?.check(self, workload: workload)
    let pricing = try energy.pricing(of: machine)
    var description = try RunDescription(
      of: workload, on: values, part: part, mapping: mapping, keptActivations: kept, pricing: pricing, against: against,
      share: share, seed: seed, recordLevel: .init(option: record),
      command: command(of: workload, mapping: mapping, keptActivations: kept, share: share))
    try description.recordMessages(option: record)
    let path = output ?? description.defaultFileName
    try checkPlaces(of: workload, output: path)
    if let dramTrace, case .ideal = machine.memory {
      throw CommandError(
        .usage, "--dram-trace \(dramTrace): an ideal memory has no clock to trace in; allowed: dram.model=timed")
    }
    let database = try RunDatabase.open(path, runs: [description], existing: force ? .replace : .resume)
    try workload.checkValues()
    let job = SimulationJob(
      workload: workload, machine: machine, keptActivations: kept, pricing: pricing, against: against,
      share: share, description: description, database: database,
      result: result.map { SimulationJob.ResultFile(path: $0, isReplacing: force) },
      memoryTrace: dramTrace.map {
        SimulationJob.MemoryTrace(path: $0, format: dramTraceFormat, isReplacing: force)
      },
      jobs: parallel.jobs, leaps: !everyCycle, watchdogCycles: watchdog)
    let interruption = Interruption()
    var remarks: [String] = []
    try SimulationJob.conclude(database, layers: [description.layers], interruption) {
      var progress = ProgressLine(work: job.pendingWork)
      remarks = try job.simulate(interruption, &progress)
    }
    let report = RunReport(try RecordedRun(path: path), path: path)
    try StandardOutput.write(format == .json ? report.json() : report.text + remarks.map { "\n\($0)" }.joined())
  }

  /// The value of `--prune-activations`.
  func keptActivations(on machine: any Machine) throws -> Int? {
    guard let pruneActivations else { return nil }
    guard machine.prunesActivations else {
      throw CommandError(
        .usage,
        "--prune-activations \(pruneActivations): \(machine.values.name) prunes no activations; allowed: a design of s2ta"
      )
    }
    let parts = pruneActivations.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1] == "8", let kept = Int(parts[0]), (1...8).contains(kept) else {
      throw CommandError(.usage, "--prune-activations \(pruneActivations): this is no bound; allowed: 1:8 to 8:8")
    }
    return kept
  }

  /// The command as the database keeps it: what decides the content of the file, and nothing else.
  private func command(of workload: Workload, mapping: LoopMapping?, keptActivations: Int?, share: SampleOptions.Share?)
    -> String
  {
    var words = ["hssim", "simulate"] + workload.arguments + ["--design", design.design.lastPathComponent]
    for override in design.set { words += ["--set", override] }
    if let mapping { words += ["--mapping", "\(mapping)"] }
    if let keptActivations { words += ["--prune-activations", "\(keptActivations):8"] }
    words += share?.words ?? []
    if watchdog != LayerOptions.defaultWatchdogCycles { words += ["--watchdog", "\(watchdog)"] }
    words += energy.words
    if let against { words += ["--against", against.rawValue] }
    words += ["--seed", "\(seed)", "--record", record]
    return words.map(shellWord).joined(separator: " ")
  }

  /// Checks that no output lies where an input or the other output is, and that Z can be written.
  private func checkPlaces(of workload: Workload, output: String) throws {
    let inputs = workload.inputs + (design.design.isYAMLPath ? [design.design] : [])
    let outputs = [("--output", output), ("--result", result ?? ""), ("--dram-trace", dramTrace ?? "")]
      .filter { !$0.1.isEmpty }
    for (index, (option, file)) in outputs.enumerated() {
      if let (other, _) = outputs[..<index].first(where: { $0.1.resolvedPath == file.resolvedPath }) {
        let what = other == "--output" ? "the database" : "the file of \(other)"
        throw CommandError(.usage, "\(option) \(file): this is \(what); allowed: a file of its own")
      }
      if let input = inputs.first(where: { $0.resolvedPath == file.resolvedPath }) {
        throw CommandError(.cannotCreate, "\(option) \(file): this is \(input), which the run reads")
      }
    }
    if let dramTrace { try TextFile.checkWriting(to: dramTrace, replacing: force) }
    guard let result else { return }
    try TensorFile.checkWriting(workload.layerNames, to: result, replacing: force)
  }
}

extension DRAMTraceFormat: ExpressibleByArgument {}

/// What else a layer is simulated as.
enum Comparison: String, CaseIterable, ExpressibleByArgument {
  /// The same operands on the same design, A without its pattern.
  case dense
}

/// How a command answers.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
  case text, json
}
