// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// How many layers are simulated at the same time. It changes no result, and is no part of what a run is.
struct JobOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Layers that are simulated at the same time, 1 to 256; the database is the same for any number.", valueName: "n"))
  var jobs = 1

  func validate() throws {
    guard (1...256).contains(jobs) else { throw ValidationError("--jobs \(jobs): allowed: 1 to 256") }
  }
}
