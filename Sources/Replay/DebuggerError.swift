// SPDX-License-Identifier: Apache-2.0

/// A command that the debugger does not understand, or that cannot be done here.
public struct DebuggerError: Error, Equatable, CustomStringConvertible {
  /// What was found, and what is wrong with it.
  public let problem: String
  public let suggestions: [String]
  /// What could stand there instead; nil where that is said already.
  public let allowed: String?

  init(_ problem: String, suggestions: [String] = [], allowed: String? = nil) {
    self.problem = problem
    self.suggestions = suggestions
    self.allowed = allowed
  }

  public var description: String {
    let meant = suggestions.isEmpty ? "" : "; did you mean \(suggestions.joined(separator: " or "))?"
    return problem + meant + (allowed.map { "; allowed: \($0)" } ?? "")
  }
}
