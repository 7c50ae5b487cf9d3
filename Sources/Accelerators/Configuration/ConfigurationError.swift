// SPDX-License-Identifier: Apache-2.0

/// A mistake in what the user gave: a design file, a `--set` option, or a name that leads nowhere.
///
/// The description is one line that names the place, the field, the value and what is allowed:
/// `highlight.yaml:12:20: glb.port_bytes_per_cycle: 0 is out of range; allowed: an integer from 1 to 4096, in bytes/cycle`.
public struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What kind of mistake it is; the raw value is the exit code of the command line.
  public enum ExitClass: Int32, Sendable {
    /// A wrong option, value, `--set` key or design name.
    case usage = 64
    /// A file whose content is wrong.
    case content = 65
    /// A file that is missing or cannot be read.
    case missing = 66
  }

  public let exitClass: ExitClass
  /// Where the mistake is: `file:line:column`, or the option as it was written.
  public let place: String
  /// The dotted key, or the header field, that is wrong; nil when the place as a whole is.
  public let field: String?
  /// What is wrong, naming the value.
  public let problem: String
  /// What would be right.
  public let allowed: String?
  /// Names near to a misspelt one, nearest first.
  public let suggestions: [String]

  public init(
    _ exitClass: ExitClass, at place: String, field: String? = nil, problem: String, allowed: String? = nil,
    suggestions: [String] = []
  ) {
    self.exitClass = exitClass
    self.place = place
    self.field = field
    self.problem = problem
    self.allowed = allowed
    self.suggestions = suggestions
  }

  public var exitCode: Int32 { exitClass.rawValue }

  public var description: String {
    var text = place + ": "
    if let field { text += field + ": " }
    text += problem
    if let allowed { text += "; allowed: \(allowed)" }
    if !suggestions.isEmpty {
      text += "; did you mean \(suggestions.map { "'\($0)'" }.joined(separator: " or "))?"
    }
    return text
  }
}

/// The user's own text made fit for one line of a message: control characters shown as such, long text cut.
struct Excerpt: CustomStringConvertible {
  let description: String

  init(_ text: String, limit: Int = 60) {
    var shown = ""
    var count = 0
    for scalar in text.unicodeScalars {
      guard count < limit else {
        shown += "…"
        break
      }
      let isPrintable = scalar.properties.generalCategory != .control && !scalar.properties.isDefaultIgnorableCodePoint
      shown += isPrintable ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
      count += 1
    }
    description = shown
  }
}
