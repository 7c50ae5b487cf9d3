// SPDX-License-Identifier: Apache-2.0

/// The commands of the debugger: how each is written, and what it does.
public enum DebuggerCommand: String, CaseIterable, Sendable {
  case goto, step, back
  case goOn = "continue"
  case reverseContinue = "reverse-continue"
  case breakWhen = "break"
  case watch, delete, print, list, messages, follow, why, help, quit

  /// The words behind the command.
  public var arguments: String {
    switch self {
    case .goto: "<cycle>|start|end"
    case .step, .back: "[cycles]"
    case .goOn, .reverseContinue, .quit: ""
    case .breakWhen: "when <quantity> <comparison> <value>"
    case .watch: "<quantity>"
    case .delete: "<number>|all"
    case .print: "[<component>|<quantity>]"
    case .list: "components|links|stops|fields <component>"
    case .messages: "[<cycle>]"
    case .follow: "message <number>"
    case .why: "z[<row>,<column>] | idle <component> [@ <cycle>]"
    case .help: "[<command>]"
    }
  }

  /// One sentence.
  public var summary: String {
    switch self {
    case .goto: "Goes to a cycle, in either direction; 'start' is reset, 'end' the layer's last cycle."
    case .step: "Goes ahead one cycle, or as many as are given."
    case .back: "Goes back one cycle, or as many as are given."
    case .goOn: "Goes ahead to the next cycle in which a stop is met, or to the end."
    case .reverseContinue: "Goes back to the last cycle in which a stop was met, or to reset."
    case .breakWhen: "Stops in the cycle in which something begins to hold, such as VFMU.buffered < 16."
    case .watch: "Stops in every cycle that changes a quantity, such as PEArray[2].rf[5][17]."
    case .delete: "Forgets a stop by its number, or all of them."
    case .print: "Shows a quantity, all of a component, or what every component does."
    case .list: "Lists components, links, stops, or the quantities of a component."
    case .messages: "Lists what was sent in this cycle, or in another, with the messages' numbers."
    case .follow: "Follows a message through the components, with what it waited for."
    case .why:
      "Lists the products that made an element of Z, or the chain of waits that kept a component from working."
    case .help: "Lists the commands, or explains one."
    case .quit: "Ends the session."
    }
  }

  /// Short forms.
  static let abbreviations: [String: DebuggerCommand] = [
    "g": .goto, "s": .step, "b": .back, "c": .goOn, "rc": .reverseContinue, "p": .print, "h": .help, "q": .quit,
  ]

  /// The form and what it does, a line each.
  var explanation: String { "\(rawValue) \(arguments)\n  \(summary)" }

  /// All commands, a line each.
  static var overview: String {
    let forms = allCases.map { "\($0.rawValue) \($0.arguments)" }
    let width = forms.map(\.count).max() ?? 0
    return zip(forms, allCases).map { form, command in
      form + String(repeating: " ", count: width - form.count + 2) + command.summary
    }.joined(separator: "\n")
  }
}
