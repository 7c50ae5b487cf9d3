// SPDX-License-Identifier: Apache-2.0

/// A text that is no sparsity pattern or hardware rule: where it goes wrong, and what would be right.
public struct PatternError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The whole text.
  public let text: String
  /// Where the mistake starts, in characters from 0; the length of `text` if something is missing at its end.
  public let position: Int
  /// The part of `text` at `position` that is wrong; empty at the end of `text`.
  public let offending: String
  /// What is allowed there, as a phrase.
  public let allowed: String

  public init(text: String, position: Int, offending: String, allowed: String) {
    self.text = text
    self.position = position
    self.offending = offending
    self.allowed = allowed
  }

  public var description: String {
    let found = offending.isEmpty ? "the text ends" : "'\(offending)' is wrong"
    return "pattern '\(text)': at character \(position + 1), \(found); allowed: \(allowed)"
  }
}
