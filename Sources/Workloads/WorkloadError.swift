// SPDX-License-Identifier: Apache-2.0

/// A user's mistake in an option or a file, said so that it can be corrected without reading the code.
///
/// Printed as `file:line:column: field: problem; allowed: …; did you mean '…'?`, leaving out what is not known.
public struct WorkloadError: Error, Sendable, Equatable {
  /// What kind of mistake it is; the raw value is the exit code of the process (`sysexits.h`).
  public enum Kind: Int32, Sendable, CaseIterable {
    /// A wrong option or option value.
    case usage = 64
    /// A file that was read and whose content is not what it must be.
    case content = 65
    /// A file that does not exist or cannot be read.
    case missing = 66
    /// An output file that cannot be created.
    case cannotCreate = 73
    /// Reading or writing failed half-way.
    case inputOutput = 74
  }

  public let kind: Kind
  /// The file as the user named it; nil for a mistake on the command line.
  public let file: String?
  /// The place in a text file, both counted from 1.
  public let line: Int?
  public let column: Int?
  /// The key, option or tensor at fault, such as `layers[2].weights.pattern`.
  public let field: String?
  /// What is wrong, quoting the value found.
  public let problem: String
  /// What would have been right.
  public let allowed: String?
  /// The allowed value closest to the one found, if one is close.
  public let suggestion: String?

  public init(
    _ kind: Kind, file: String? = nil, line: Int? = nil, column: Int? = nil, field: String? = nil, _ problem: String,
    allowed: String? = nil, suggestion: String? = nil
  ) {
    self.kind = kind
    self.file = file
    self.line = line
    self.column = column
    self.field = field
    self.problem = problem
    self.allowed = allowed
    self.suggestion = suggestion
  }

  /// The exit code that `hssim` ends with.
  public var exitCode: Int32 { kind.rawValue }
}

extension WorkloadError: CustomStringConvertible {
  public var description: String {
    var place = file ?? ""
    if let line { place += ":\(line)" }
    if let column { place += ":\(column)" }
    var text = [place, field ?? "", problem].filter { !$0.isEmpty }.joined(separator: ": ")
    if let allowed { text += "; allowed: \(allowed)" }
    if let suggestion { text += "; did you mean '\(suggestion)'?" }
    return text
  }
}
