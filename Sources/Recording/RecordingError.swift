// SPDX-License-Identifier: Apache-2.0

import GRDB

/// Why a database could not be made or continued, or what broke while it was written.
public struct RecordingError: Error, Equatable, CustomStringConvertible, Sendable {
  public enum Kind: Sendable {
    /// A value of the run's description is out of range.
    case invalidDescription
    /// The file cannot be made, or exists and must not be touched.
    case cannotCreate
    /// Reading or writing failed while the run was under way; layers finished before are safe.
    case inputOutput
  }

  public var kind: Kind
  /// The database.
  public var path: String
  /// What happened, and what can be done about it.
  public var reason: String

  public init(_ kind: Kind, path: String, reason: String) {
    self.kind = kind
    self.path = path
    self.reason = reason
  }

  /// The exit code of a command that ends with this error.
  public var exitCode: Int32 {
    switch kind {
    case .invalidDescription: 64
    case .cannotCreate: 73
    case .inputOutput: 74
    }
  }

  public var description: String { "\(path): \(reason)" }

  /// An error in words for users: SQLite's message without the statement.
  static func cause(_ error: any Error) -> String {
    guard let error = error as? DatabaseError else { return "\(error)" }
    return error.message ?? "\(error.resultCode)"
  }
}
