// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB

/// A command that was started and is still at work, unless it ended by itself.
final class RunningCommand {
  /// How a process ended: with an exit code, or by a signal that it did not handle.
  enum End: Equatable {
    case exited(Int32)
    case killed(by: Int32)
  }

  /// It ended before what was waited for.
  struct EndedTooSoon: Error {
    let end: End
    let errors: String
  }

  private let process: Process
  private let output: URL
  private let errors: URL

  init(_ process: Process, output: URL, errors: URL) {
    self.process = process
    self.output = output
    self.errors = errors
  }

  deinit { if process.isRunning { send(SIGKILL) } }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Looks every few milliseconds whether the condition holds.
  func wait(until condition: () throws -> Bool) throws {
    while try !condition() {
      guard process.isRunning else { throw EndedTooSoon(end: try end().end, errors: try end().errors) }
      usleep(2000)
    }
  }

  /// Waits until the database that it writes holds this many layers.
  func wait(forLayers layers: Int, in database: String) throws {
    try wait {
      guard FileManager.default.fileExists(atPath: database) else { return false }
      do {
        return try StoredDatabase(database).count("layer_summary") >= layers
      } catch let error as DatabaseError where error.resultCode == .SQLITE_READONLY {
        // What a kill left in the log is for the program to take in; somebody who only reads cannot.
        return false
      }
    }
  }

  /// Waits until it handles both signals that end a run: until it simulates.
  ///
  /// The system shows, as masks of 64 bits, which signals a process catches or blocks to read them in its own time.
  func waitUntilHandlingSignals() throws {
    let file = "/proc/\(process.processIdentifier)/status"
    try wait {
      let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
      let handled = lines.filter { $0.hasPrefix("SigBlk:") || $0.hasPrefix("SigCgt:") }
        .compactMap { $0.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) } }.reduce(0, |)
      return [SIGINT, SIGTERM].allSatisfy { handled & (1 << UInt64($0 - 1)) != 0 }
    }
  }

  /// Waits for its end.
  func end() throws -> (end: End, output: String, errors: String) {
    process.waitUntilExit()
    let status = process.terminationStatus
    return (
      process.terminationReason == .exit ? .exited(status) : .killed(by: status),
      try String(contentsOf: output, encoding: .utf8), try String(contentsOf: errors, encoding: .utf8)
    )
  }
}
