// SPDX-License-Identifier: Apache-2.0
import Accelerators
import ArgumentParser
import EnergyArea
import Foundation
import Recording
import Replay
import SimulationKernel
import Sparsity
import Workloads

/// A mistake that only the command line can know of.
struct CommandError: Error {
  /// As in `sysexits.h`.
  enum Kind: Int32 {
    case usage = 64
    case content = 65
    case missing = 66
    case cannotCreate = 73
    case inputOutput = 74
  }

  let kind: Kind
  let message: String

  init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }
}

/// How the process ends after an error: the one place where errors become exit codes and messages.
struct Ending {
  let exitCode: Int32
  /// Printed on standard error behind `hssim: `; on standard output, as it is, where the exit code is 0 (`--help`).
  let message: String

  init(_ error: any Error) {
    switch error {
    case let error as CommandError: self.init(error.kind.rawValue, error.message)
    case let error as WorkloadError: self.init(error.exitCode, error)
    case let error as ConfigurationError: self.init(error.exitCode, error)
    case let error as DRAMConfigurationError: self.init(65, error)
    case let error as DRAMTraceError: self.init(65, error)
    case let error as RecordingError: self.init(error.exitCode, error)
    case let error as QueryError: self.init(error.exitCode, error)
    case let error as PriceTableError: self.init(error.exitCode, error)
    case let error as PricingError: self.init(65, error)
    case let error as PatternError: self.init(64, error)
    case let error as MappingError: self.init(64, error)
    case let error as LoopMappingError: self.init(64, error)
    case let error as PatternViolation: self.init(65, error)
    case let error as ReferenceProductError: self.init(65, error)
    case let error as LayerFailure:
      self.init(70, "\(error); the simulator contradicts itself, please report this")
    case let error as DebuggerError: self.init(64, error)
    case let error as ReplayDivergence: self.init(70, error)
    case let error as Deadlock: self.init(75, error)
    case let error as Livelock: self.init(75, error)
    case let error as HangingRun: self.init(75, error)
    case let error as Interrupted: self.init(128 + error.signal, error)
    default:
      let code = Hssim.exitCode(for: error).rawValue
      let message = Hssim.fullMessage(for: error)
      // What is no mistake of usage, and no error above, is one that this program did not foresee.
      let isForeseen = code == ExitCode.success.rawValue || code == ExitCode.validationFailure.rawValue
      self.init(
        isForeseen ? code : 70, message.hasPrefix("Error: ") ? String(message.dropFirst("Error: ".count)) : message)
    }
  }

  private init(_ exitCode: Int32, _ message: some CustomStringConvertible) {
    self.exitCode = exitCode
    self.message = message.description
  }

  func exit() -> Never {
    if exitCode == 0 {
      if !message.isEmpty { try? StandardOutput.write(message + "\n") }
    } else {
      FileHandle.standardError.write(Data("hssim: \(message)\n".utf8))
    }
    Foundation.exit(exitCode)
  }
}
