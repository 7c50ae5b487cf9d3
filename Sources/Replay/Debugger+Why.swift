// SPDX-License-Identifier: Apache-2.0
import Accelerators
import SimulationKernel

extension Debugger {
  /// Cycles that a wait is followed ahead, to see what ends it.
  private static let patience: Cycle = 100_000

  /// - Parameter wrong: what to throw where the words are no question.
  func why(_ words: [String], _ wrong: DebuggerError) throws -> String {
    guard let first = words.first else { throw wrong }
    if first == "idle" {
      let rest = words.dropFirst().joined(separator: " ").split(separator: "@", omittingEmptySubsequences: false)
        .map { $0.split(separator: " ").joined(separator: " ") }
      guard rest.count == 1 || rest.count == 2, !rest[0].isEmpty else { throw wrong }
      let cycle = try rest.count == 2 ? number(rest[1], in: "why idle", least: 0) : timeline.cycle
      return try whyIdle(try ComponentPath(rest[0], in: simulation).component(), at: cycle)
    }
    guard first.hasPrefix("z") else { throw wrong }
    return try whyElement(words.joined(), wrong)
  }

  // MARK: An element

  private func whyElement(_ text: String, _ wrong: DebuggerError) throws -> String {
    let numbers = text.dropFirst().split(whereSeparator: { "[],".contains($0) }).map { Int($0) }
    guard numbers.count == 2, let row = numbers[0], let column = numbers[1] else { throw wrong }
    let result = timeline.session.result
    guard row >= 0, row < result.rowCount, column >= 0, column < result.columnCount else {
      throw DebuggerError(
        "why z[\(row),\(column)]: Z has no such element",
        allowed: "z[0...\(result.rowCount - 1),0...\(result.columnCount - 1)]")
    }
    let history = try ProductHistory(of: row, column, on: timeline)
    let zeros = history.entries.filter { $0.product.b == 0 }.count
    let lines = history.entries.filter { $0.product.b != 0 }.map { entry in
      let product = entry.product
      return "cycle \(entry.cycle)  \(entry.array) row \(product.row) MAC \(product.lane)  "
        + "a[\(row),\(entry.k)] \(product.a) x b[\(entry.k),\(column)] \(product.b) = \(entry.value)  "
        + "(\(product.selection))"
    }
    let agreement =
      history.sum == history.z
      ? "the sum is \(history.sum), as in Z" : "the sum is \(history.sum), but Z holds \(history.z)"
    let ineffectual = zeros > 0 ? ", and \(zeros) of values of A that met a zero of B" : ""
    return (lines + ["z[\(row),\(column)]: \(lines.count) products\(ineffectual); \(agreement)"])
      .joined(separator: "\n")
  }

  // MARK: A wait

  private func whyIdle(_ component: Component, at cycle: Cycle) throws -> String {
    try timeline.go(to: cycle)
    guard timeline.cycle == cycle else {
      throw DebuggerError(
        "why idle \(component.name) @ \(cycle): the layer is over before", allowed: "0 to \(timeline.cycle)")
    }
    let chain = WaitChain(of: component, in: simulation)
    var lines = chain.steps.enumerated().map { index, step -> String in
      let clause =
        switch step.activity {
        case .busy: "is at work"
        case .idle: "has nothing to do"
        case .starved: "waits for a message on \(step.link ?? "") from \(step.other ?? "")"
        case .backpressured: "waits for room on \(step.link ?? ""), held by \(step.other ?? "")"
        }
      return "\(index == 0 ? "" : "  because ")\(step.component) \(clause) since cycle \(step.since)"
        + (step.hasOtherClock ? " of its clock" : "")
    }
    if chain.isCircle { lines.append("  which closes the circle") }
    guard let first = chain.steps.first, first.activity != .busy else { return lines.joined(separator: "\n") }
    lines.append(try endOfWait(of: component, since: first))
    return lines.joined(separator: "\n")
  }

  /// The part that a message blames for coming late; nil where it blames none, or the link holds it no more.
  private func culprit(ofMessage ordinal: Int64, onLink number: Int) -> String? {
    let link = simulation.link(number)
    guard ordinal < link.received, ordinal >= link.sent - link.capacity else { return nil }
    let message = simulation.message(ordinal, onLink: number)
    return message.layout.field("blame.part").map { $0.text(message.content + $0.offset) }
  }

  private func endOfWait(of component: Component, since step: WaitChain.Step) throws -> String {
    let start = timeline.cycle
    let awaited = simulation.currentActivity(of: component)
    let next = awaited.link >= 0 ? simulation.traffic(onLink: Int(awaited.link)).received : 0
    while !timeline.isAtEnd, timeline.cycle < start + Self.patience {
      try timeline.go(to: timeline.cycle + 1)
      guard simulation.activityStart(of: component) != step.since else { continue }
      var text = "in cycle \(timeline.cycle) \(component.name) is \(ActivityText(of: component, in: simulation))"
      if awaited.kind == .starved, let part = culprit(ofMessage: next, onLink: Int(awaited.link)) {
        text += "; what it had waited for was held up by \(part)"
      }
      return text
    }
    return timeline.isAtEnd
      ? "it stays so to the layer's end" : "it stays so for \(Self.patience) cycles at least"
  }
}
