// SPDX-License-Identifier: Apache-2.0

import Sparsity

/// Reads a pattern that an operand can have along K.
///
/// K is the only dimension that hardware skips along, and C, the input channels, is its innermost part, so ranks with
/// G:H rules are named after one of the two. A rule on `RS`, say, would mean something else and is refused.
///
/// - Throws: `WorkloadError` of kind `content`, without a place.
func patternAlongK(_ text: String) throws(WorkloadError) -> Pattern {
  let pattern: Pattern
  do {
    pattern = try Pattern(text)
  } catch {
    let found = error.offending.isEmpty ? "the text ends" : "\(quoted(error.offending)) is wrong"
    throw WorkloadError(
      .content, "\(quoted(text)) is no pattern: at character \(error.position + 1), \(found)", allowed: error.allowed)
  }
  for rank in pattern.ranks {
    guard case .structured = rank.rule else { continue }
    let dimension = String(rank.name.reversed().drop { $0.isNumber }.reversed())
    guard dimension == "C" || dimension == "K" else {
      throw WorkloadError(
        .content, "\(quoted(text)) has a rule on \(quoted(rank.name))",
        allowed: "rules along K, on ranks named after C or K such as 'C1(4:6)->C0(2:4)'")
    }
  }
  return pattern
}
