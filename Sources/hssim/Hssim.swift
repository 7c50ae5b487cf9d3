// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// The program: a command per task, each in its own file.
@main
struct Hssim: ParsableCommand {
  /// The version of the simulator, part of every run's content id.
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "hssim",
    abstract: "Simulates accelerators for sparse neural networks, cycle by cycle.",
    discussion: """
      A run takes a design and a workload, simulates every layer with its real values, checks the result against an \
      untimed product, element by element, and writes one SQLite file that any sqlite3 can question.

      Simulate real layers of a network, then ask where the cycles went:
        hssim simulate traces/minilm/minilm.yaml --output minilm.sqlite
        sqlite3 -box minilm.sqlite "SELECT layer, cycles, utilization FROM layer_summary"

      Simulate a random product whose weights have a pattern, on a machine with a slower memory:
        hssim simulate --gemm 512x512x512 --pattern "4:6->2:4" --set dram.part=ddr4-2400

      Exit codes: 0 done; 64 wrong usage; 65 wrong content of a file; 66 a file is missing or unreadable; 70 a check of \
      the run failed; 73 the output cannot be created; 74 reading or writing failed; 75 deadlock; 130 and 143 after \
      SIGINT and SIGTERM. docs/command-line.md says more.
      """,
    version: version,
    subcommands: [
      Simulate.self, Compare.self, DRAM.self, Query.self, ReplayCommand.self, Diff.self, Export.self, Describe.self,
      Import.self, Prune.self, ImportEnergy.self,
    ])

  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      Ending(error).exit()
    }
  }
}
