// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// How much of very large layers is simulated.
struct SampleOptions: ParsableArguments {
  static let defaultLimit = 1_000_000_000

  @Option(
    help: ArgumentHelp(
      "Of every layer above --sample-above, simulate only about this share of Z's blocks, more than 0 to 1, and estimate the "
        + "whole; the result names the share and the error. (default: 1, all of it)",
      valueName: "fraction"))
  var sample: Double?

  @Option(
    help: ArgumentHelp(
      "With --sample: layers of at most so many dense multiplications are simulated as a whole. (default: 1000000000)",
      valueName: "MACs"))
  var sampleAbove: Int?

  /// What of which layers is simulated.
  struct Share: Sendable {
    let fraction: Double
    /// Dense multiplications up to which a layer is simulated as a whole.
    let limit: Int
  }

  /// Nil where every layer is simulated as a whole.
  ///
  /// - Throws: `CommandError` naming the option.
  func share() throws -> Share? {
    guard let sample else {
      guard let sampleAbove else { return nil }
      throw CommandError(.usage, "--sample-above \(sampleAbove) is given without --sample; allowed: with it")
    }
    guard sample > 0, sample <= 1 else {
      throw CommandError(.usage, "--sample \(sample): this is no share; allowed: a number above 0, up to 1")
    }
    let limit = sampleAbove ?? Self.defaultLimit
    guard limit >= 0 else {
      throw CommandError(.usage, "--sample-above \(limit): allowed: a number of multiplications, 0 or more")
    }
    return sample < 1 ? Share(fraction: sample, limit: limit) : nil
  }
}

extension SampleOptions.Share {
  /// The options as they would be typed, without defaults.
  var words: [String] {
    ["--sample", "\(fraction)"] + (limit == SampleOptions.defaultLimit ? [] : ["--sample-above", "\(limit)"])
  }

  /// Refuses what needs whole layers.
  ///
  /// - Throws: `CommandError` of the usage class, naming both options.
  func check(_ command: Simulate, workload: Workload) throws {
    func refuse(_ option: String, because reason: String) -> CommandError {
      CommandError(.usage, "\(option) is given beside --sample \(fraction): \(reason); allowed: one of the two")
    }
    if command.record.hasPrefix("events") {
      throw refuse("--record \(command.record)", because: "a sampled layer has no messages of its own")
    }
    if let result = command.result {
      throw refuse("--result \(result)", because: "Z of a sampled layer is not whole")
    }
    if let dramTrace = command.dramTrace {
      throw refuse("--dram-trace \(dramTrace)", because: "a sampled layer's requests are not whole")
    }
    if let against = command.against {
      throw refuse("--against \(against.rawValue)", because: "a ratio of two estimates has no error here")
    }
    if let pruning = command.pruneActivations {
      throw refuse("--prune-activations \(pruning)", because: "what it removes is counted over whole operands")
    }
    if workload.hasChains {
      throw CommandError(
        .usage,
        "--sample \(fraction): layers take others' outputs, which a sampled layer does not have; allowed: traces without "
          + "'from'")
    }
  }
}
