// SPDX-License-Identifier: Apache-2.0
import Accelerators
import SimulationKernel

/// A debugger of a layer that is replayed: commands in, text out.
///
///     let debugger = Debugger(timeline)
///     try debugger.execute("goto 12345").text
///     try debugger.execute("why idle PEArray[1] @ 20000").text
public final class Debugger {
  /// What a command yields.
  public struct Answer: Equatable, Sendable {
    public var text: String
    /// Whether the session is over.
    public var ends = false
  }

  let timeline: Timeline
  var stops: [(number: Int, condition: StopCondition)] = []
  private var nextStop = 1

  public init(_ timeline: Timeline) { self.timeline = timeline }

  var simulation: Simulation { timeline.simulation }

  /// What may be typed next: the commands, or names that a command takes; for completion.
  public var names: [String] { DebuggerCommand.allCases.map(\.rawValue) + simulation.components.map(\.name) }

  /// Where the session is, in words.
  public var position: String {
    guard timeline.cycle >= 0 else { return "reset" }
    let end = timeline.end.map { timeline.cycle == $0 ? ", the last" : " of \($0)" } ?? ""
    return "cycle \(timeline.cycle)\(end)"
  }

  /// Executes one command; an empty line does nothing, and one that begins with `#` is a comment.
  ///
  /// - Throws: `DebuggerError` for a command that is not understood; `Deadlock` and `ReplayDivergence` as the timeline.
  public func execute(_ line: String) throws -> Answer {
    let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
    guard let first = words.first, !first.hasPrefix("#") else { return Answer(text: "") }
    guard let command = DebuggerCommand(rawValue: first) ?? DebuggerCommand.abbreviations[first] else {
      let all = DebuggerCommand.allCases.map(\.rawValue)
      throw DebuggerError(
        "\(first): there is no such command", suggestions: NearNames.suggestions(for: first, among: all),
        allowed: all.joined(separator: ", "))
    }
    let arguments = Array(words.dropFirst())
    func wrong() -> DebuggerError {
      DebuggerError(
        "\(line): this is not how \(command.rawValue) is written",
        allowed: "\(command.rawValue) \(command.arguments)")
    }
    switch command {
    case .goto:
      guard arguments.count == 1 else { throw wrong() }
      try goto(arguments[0])
    case .step, .back:
      guard arguments.count <= 1 else { throw wrong() }
      let count = try arguments.first.map { try number($0, in: line, least: 1) } ?? 1
      let target =
        command == .step ? timeline.cycle.addingReportingOverflow(count).partialValue : timeline.cycle - count
      try timeline.go(to: max(-1, target))
    case .goOn, .reverseContinue:
      guard arguments.isEmpty else { throw wrong() }
      return Answer(text: try command == .goOn ? goOn() : reverseContinue())
    case .breakWhen:
      guard arguments.first == "when" else { throw wrong() }
      let text = arguments.dropFirst().joined(separator: " ")
      return Answer(text: add(try StopCondition(breakWhen: text, in: simulation)))
    case .watch:
      guard arguments.count == 1 else { throw wrong() }
      return Answer(text: add(try StopCondition(watch: arguments[0], in: simulation)))
    case .delete:
      guard arguments.count == 1 else { throw wrong() }
      return Answer(text: try delete(arguments[0], in: line))
    case .print:
      guard arguments.count <= 1 else { throw wrong() }
      return Answer(text: try print(arguments.first))
    case .list:
      guard let what = arguments.first, arguments.count == (what == "fields" ? 2 : 1) else { throw wrong() }
      return Answer(text: try list(what, arguments.last))
    case .messages:
      guard arguments.count <= 1 else { throw wrong() }
      let cycle = try arguments.first.map { try number($0, in: line, least: 0) } ?? timeline.cycle
      return Answer(text: try staying { try messages(in: cycle) })
    case .follow:
      guard arguments.count == 2, arguments[0] == "message" else { throw wrong() }
      let message = try number(arguments[1], in: line, least: 0)
      return Answer(text: try staying { try follow(message) })
    case .why:
      return Answer(text: try staying { try why(arguments, wrong()) })
    case .help:
      guard arguments.count <= 1 else { throw wrong() }
      return Answer(text: try help(arguments.first))
    case .quit: return Answer(text: "", ends: true)
    }
    return Answer(text: position)
  }

  /// Runs `body`, which may go anywhere, and comes back.
  private func staying(_ body: () throws -> String) throws -> String {
    let cycle = timeline.cycle
    let text: String
    do {
      text = try body()
    } catch {
      try timeline.go(to: cycle)
      throw error
    }
    try timeline.go(to: cycle)
    return text
  }

  /// A number of a command, at least `least`.
  func number(_ word: String, in line: String, least: Int64) throws(DebuggerError) -> Int64 {
    guard let number = Int64(word), number >= least else {
      throw DebuggerError("\(line): \(word) is no such number", allowed: "\(least) or more")
    }
    return number
  }

  private func help(_ name: String?) throws(DebuggerError) -> String {
    guard let name else { return DebuggerCommand.overview }
    guard let command = DebuggerCommand(rawValue: name) ?? DebuggerCommand.abbreviations[name] else {
      let all = DebuggerCommand.allCases.map(\.rawValue)
      throw DebuggerError(
        "help \(name): there is no such command", suggestions: NearNames.suggestions(for: name, among: all),
        allowed: all.joined(separator: ", "))
    }
    return command.explanation
  }

  // MARK: Stops

  private func add(_ condition: StopCondition) -> String {
    stops.append((nextStop, condition))
    nextStop += 1
    return "stop \(nextStop - 1): \(condition.text)"
  }

  private func delete(_ word: String, in line: String) throws(DebuggerError) -> String {
    if word == "all" {
      stops.removeAll()
      return "no stops"
    }
    guard let index = stops.firstIndex(where: { "\($0.number)" == word }) else {
      let numbers = stops.map { "\($0.number)" }
      throw DebuggerError("\(line): there is no stop \(word)", allowed: (numbers + ["all"]).joined(separator: ", "))
    }
    return "deleted stop \(stops.remove(at: index).number)"
  }
}
