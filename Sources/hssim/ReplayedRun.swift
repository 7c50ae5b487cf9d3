// SPDX-License-Identifier: Apache-2.0
import Accelerators
import Foundation
import Hardware
import Recording
import Replay
import Workloads

/// A run of a database, made again from what the database says of it: the design from its stored configuration, the
/// workload from its stored command, its tensors from their files.
struct ReplayedRun {
  let path: String
  let origin: RecordedOrigin
  let machine: any Machine
  let workload: Workload
  let keptActivations: Int?
  /// Cycles without anything retiring after which the run was given up, or would have been.
  let watchdogCycles: Int64
  /// The part of a timed memory, and a mapping that was pinned.
  let part: DRAMSpecification?
  let mapping: LoopMapping?

  /// - Parameters:
  ///   - identifier: the run, of a file with several.
  ///   - trace: where the layer trace lies; nil looks in the current folder, beside the database, and among what
  ///     comes with hssim.
  /// - Throws: `QueryError`, `WorkloadError`, or `CommandError` 65 where the inputs are not those of the run.
  init(path: String, identifier: Int64, trace: String?) throws {
    let origin = try RecordedOrigin(path: path, identifier: identifier)
    self.path = path
    self.origin = origin
    guard var command = StoredCommand(origin.command) else {
      throw CommandError(
        .content,
        "\(path): '\(origin.command)' made run \(identifier); allowed: a run of hssim simulate or hssim compare")
    }
    if let fraction = command.sampledFraction {
      throw CommandError(
        .content,
        "\(path): run \(identifier) was made with --sample \(fraction), which simulates parts of layers; allowed: a run "
          + "without it")
    }
    guard origin.version == Hssim.version else {
      throw CommandError(
        .content,
        "\(path): hssim \(origin.version) made the run, and this is \(Hssim.version); allowed: the same version")
    }
    if let name = command.source.trace {
      command.source.trace = try Self.place(of: name, beside: path, option: trace)
    }
    let workload = try command.source.workload(seed: UInt64(origin.seed))
    let source = "\(path), the configuration of run \(identifier)"
    let values = try DesignFile(text: origin.configuration, path: source).values(among: DesignKind.schemas)
    part = try Self.part(in: origin.configuration, of: source)
    mapping = try command.mapping.map { try LoopMapping($0) }
    machine = DesignKind.machine(values, part: part, mapping: mapping)
    self.workload = command.isPrunedForDesign ? workload.pruned(for: machine) : workload
    keptActivations = try command.keptActivations(on: machine)
    watchdogCycles = command.watchdog
    let contentID = try RunDescription.contentID(
      configuration: origin.configuration, energyTable: origin.energyTable ?? "",
      includesLeakage: command.includesLeakage, workload: workload, seed: UInt64(origin.seed),
      against: command.against, isPrunedForDesign: command.isPrunedForDesign)
    guard contentID.hashText == origin.contentID else {
      let inputs = workload.inputs.isEmpty ? "the options" : workload.inputs.joined(separator: ", ")
      throw CommandError(
        .content,
        "\(path): an input changed since the run: with \(inputs) the content id is \(contentID.hashText), the run has "
          + "\(origin.contentID)")
    }
  }

  /// The layer called `name`, or the first; recorded, if it was finished, or not.
  func layer(_ name: String?) throws -> (index: Int, recorded: RecordedOrigin.Layer?) {
    let names = workload.layerNames
    guard let name else { return (0, origin.layers.first { $0.index == 0 }) }
    guard let index = names.firstIndex(of: name) else {
      let near = NearNames.suggestions(for: name, among: names)
      let meant = near.isEmpty ? "" : "; did you mean \(near.joined(separator: " or "))?"
      throw CommandError(
        .usage, "--layer \(name): \(path) has no such layer\(meant); allowed: \(names.joined(separator: ", "))")
    }
    return (index, origin.layers.first { $0.index == index })
  }

  /// How the run's layers are simulated again.
  var options: LayerOptions { LayerOptions(keptActivations: keptActivations, watchdogCycles: watchdogCycles) }

  /// A layer at reset.
  func timeline(ofLayer index: Int, recorded: RecordedOrigin.Layer?) throws -> Timeline {
    let layer = try workload.layer(index, seed: UInt64(origin.seed))
    let session = try machine.session(layer, options: options)
    return Timeline(session, recorded: recorded?.stateHashes ?? [])
  }

  /// Where a trace lies that the stored command knows by its file name: what else lies there by this name is found out by
  /// the content id.
  private static func place(of name: String, beside database: String, option: String?) throws -> String {
    if let option { return option }
    let folder = URL(fileURLWithPath: database).deletingLastPathComponent()
    let places = [name, folder.appendingPathComponent(name).path] + shippedPlaces(of: name)
    if let found = places.first(where: FileManager.default.fileExists) { return found }
    throw CommandError(
      .missing,
      "\(database): its trace \(name) is neither in the current folder nor beside it, nor does it come with hssim; "
        + "--trace says where it is")
  }

  /// Where a network or trace that comes with hssim may lie.
  private static func shippedPlaces(of name: String) -> [String] {
    guard let configs = try? ConfigurationFolder().path else { return [] }
    let network = URL(fileURLWithPath: configs).appendingPathComponent("networks").appendingPathComponent(name).path
    let traces = URL(fileURLWithPath: configs).deletingLastPathComponent().appendingPathComponent("traces")
    let files = FileManager.default.enumerator(atPath: traces.path)?.compactMap { $0 as? String } ?? []
    let named = files.filter { ($0 as NSString).lastPathComponent == name }.sorted()
    return [network] + named.map { traces.appendingPathComponent($0).path }
  }

  /// The memory's part, whose text the configuration keeps as comments behind the design.
  private static func part(in configuration: String, of source: String) throws -> DRAMSpecification? {
    let lines = configuration.split(separator: "\n", omittingEmptySubsequences: false)
    guard let head = lines.firstIndex(of: "# dram.part, as it was:") else { return nil }
    let text = lines[(head + 1)...].prefix { $0.hasPrefix("#   ") }.map { $0.dropFirst(4) }.joined(separator: "\n")
    return try DRAMSpecification(yaml: text + "\n", file: "\(source), dram.part")
  }
}

/// A command that a database keeps, as far as a replay needs it.
private struct StoredCommand {
  var source: WorkloadOptions
  let includesLeakage: Bool
  let mapping: String?
  let against: Comparison?
  /// Whether the design got weights pruned to what it exploits.
  let isPrunedForDesign: Bool
  let watchdog: Int64
  private let simulate: Simulate?

  /// Nil for a command whose runs cannot be made again.
  init?(_ text: String) {
    let words = shellWords(of: text)
    guard words.first == "hssim", words.count > 1 else { return nil }
    let rest = Array(words.dropFirst(2))
    if words[1] == "simulate", let command = try? Simulate.parse(rest) {
      (source, includesLeakage, mapping) = (command.source, command.energy.leakage, command.mapping)
      (against, isPrunedForDesign, watchdog) = (command.against, false, command.watchdog)
      simulate = command
    } else if words[1] == "compare", let command = try? Compare.parse(rest) {
      (source, includesLeakage, mapping) = (command.source, command.energy.leakage, nil)
      (against, isPrunedForDesign, watchdog) = (nil, !command.noPrune, LayerOptions.defaultWatchdogCycles)
      simulate = nil
    } else {
      return nil
    }
  }

  /// The share of large layers that was simulated, where that was asked for.
  var sampledFraction: Double? { simulate?.sampling.sample }

  func keptActivations(on machine: any Machine) throws -> Int? { try simulate?.keptActivations(on: machine) }
}

/// Splits a command that `shellWord` made of words.
func shellWords(of command: String) -> [String] {
  var words: [String] = []
  var word: String?
  var isQuoted = false
  var isEscaped = false
  for character in command {
    if isEscaped {
      word = (word ?? "") + String(character)
      isEscaped = false
    } else if character == "'" {
      isQuoted.toggle()
      word = word ?? ""
    } else if character == "\\" && !isQuoted {
      isEscaped = true
    } else if character == " " && !isQuoted {
      if let word { words.append(word) }
      word = nil
    } else {
      word = (word ?? "") + String(character)
    }
  }
  if let word { words.append(word) }
  return words
}
