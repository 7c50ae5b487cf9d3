// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Sparsity
import Testing
import Workloads

@testable import Accelerators
@testable import Replay

/// The debugger does what its commands say, and says what is wrong with others.
@Suite struct DebuggerTests {
  private func debugger(_ design: String = "highlight") throws -> Debugger {
    Debugger(Timeline(try machine(design).session(smallLayer(), options: LayerOptions()), interval: 100))
  }

  /// The cycles that a direction stops in, in order of time.
  private func stops(_ debugger: Debugger, _ command: String) throws -> [Cycle] {
    var cycles: [Cycle] = []
    while true {
      let answer = try debugger.execute(command).text
      guard answer.contains("stop ") && !answer.contains("no stop") else { break }
      cycles.append(debugger.timeline.cycle)
    }
    return command == "continue" ? cycles : cycles.reversed()
  }

  @Test(arguments: [
    "break when VFMU.buffered < 16", "break when PEArray[0].activity == starved",
    "break when PEArray[1].windows.count >= 2", "break when GLB.state.dataReads > GLB.state.dataWrites",
    "watch PEArray[2].rf[5][17]", "watch Sequencer.activity",
  ])
  func `going back stops where going ahead stopped`(stop: String) throws {
    let debugger = try debugger()
    #expect(try debugger.execute(stop).text == "stop 1: \(stop)")
    let ahead = try stops(debugger, "continue")
    #expect(debugger.timeline.isAtEnd)
    let back = try stops(debugger, "reverse-continue")
    #expect(ahead.last == debugger.timeline.end || back == ahead)
    #expect(!ahead.isEmpty)
    #expect(debugger.timeline.cycle == -1)
  }

  @Test func `a watched sum changes only in cycles that the watch stops in`() throws {
    let debugger = try debugger()
    let probe = try Probe("PEArray[2].rf[5][3]", in: debugger.simulation)
    var changes: [Cycle] = []
    var before = probe.read()
    while !debugger.timeline.isAtEnd {
      try debugger.timeline.go(to: debugger.timeline.cycle + 1)
      if probe.read() != before { changes.append(debugger.timeline.cycle) }
      before = probe.read()
    }
    _ = try debugger.execute("goto start")
    _ = try debugger.execute("watch PEArray[2].rf[5][3]")
    #expect(try stops(debugger, "continue") == changes)
    #expect(!changes.isEmpty)
  }

  @Test func `goto, step and back move as they say`() throws {
    let debugger = try debugger()
    #expect(debugger.position == "reset")
    #expect(try debugger.execute("goto 300").text == "cycle 300")
    #expect(try debugger.execute("step").text == "cycle 301")
    #expect(try debugger.execute("s 9").text == "cycle 310")
    #expect(try debugger.execute("back 11").text == "cycle 299")
    #expect(try debugger.execute("back 1000").text == "reset")
    let end = try debugger.execute("goto end").text
    #expect(end.hasSuffix(", the last"))
    #expect(try debugger.execute("step 5").text == end)
    #expect(try debugger.execute("goto 300").text.hasPrefix("cycle 300 of "))
    #expect(try debugger.execute("").text.isEmpty)
    #expect(try debugger.execute("# a comment").text.isEmpty)
    #expect(try debugger.execute("quit").ends)
  }

  @Test(arguments: shippedDesigns)
  func `every quantity that is listed can be printed`(design: String) throws {
    let debugger = try debugger(design)
    _ = try debugger.execute("goto 400")
    var count = 0
    for name in debugger.simulation.components.map(\.name) {
      #expect(try debugger.execute("print \(name)").text.hasPrefix(name))
      for field in try debugger.execute("list fields \(name)").text.split(separator: "\n") {
        // Memories are listed with their range: the last element stands for it.
        let path = field.replacing(/\[0\.\.\.(-?\d+)\]/) { "[\($0.1)]" }
        if path.contains("[-1]") { continue }
        #expect(try debugger.execute("print \(path)").text.hasPrefix("\(path) = "), "\(path)")
        count += 1
      }
    }
    #expect(count > 100)
  }

  @Test func `a message is followed to the result`() throws {
    let debugger = try debugger()
    let text = try debugger.execute("follow message 40").text
    #expect(text.hasPrefix("message 40: "))
    let journey = try #require(try MessageJourney(ofMessage: 40, on: debugger.timeline))
    for (leg, next) in zip(journey.legs, journey.legs.dropFirst()) {
      #expect(next.link.hasPrefix(leg.receiver + "."))
      #expect(leg.sentAt <= leg.arrivedAt)
      let received = try #require(leg.receivedAt)
      #expect(received >= leg.arrivedAt && next.sentAt >= received)
      #expect(next.number > leg.number)
    }
    #expect(journey.legs.count > 2)
    #expect(throws: DebuggerError.self) { try debugger.execute("follow message 99999999") }
  }

  /// The numbers of messages count them all, in order of time.
  @Test func `messages are numbered from the first to the last`() throws {
    let debugger = try debugger()
    var next: Int64 = 0
    for cycle in 0..<300 {
      let text = try debugger.execute("messages \(cycle)").text
      guard !text.hasPrefix("nothing") else { continue }
      for line in text.split(separator: "\n") {
        #expect(line.hasPrefix("\(next): "))
        next += 1
      }
    }
    try debugger.timeline.go(to: 299)
    #expect(debugger.simulation.messageCount == next)
  }

  @Test(arguments: shippedDesigns)
  func `a wait is followed to a part that is at work or has nothing to do`(design: String) throws {
    let debugger = try debugger(design)
    var kinds: Set<String> = []
    for cycle in stride(from: 5, to: 600, by: 45) {
      try debugger.timeline.go(to: Cycle(cycle))
      for component in debugger.simulation.components {
        let chain = WaitChain(of: component, in: debugger.simulation)
        let last = try #require(chain.steps.last)
        #expect(chain.isCircle || last.activity == .busy || last.activity == .idle)
        for (step, next) in zip(chain.steps, chain.steps.dropFirst()) { #expect(step.other == next.component) }
        kinds.formUnion(chain.steps.map { "\($0.activity)" })
      }
    }
    #expect(kinds.isSuperset(of: ["busy", "starved"]))
  }

  @Test func `why idle explains without moving`() throws {
    let debugger = try debugger()
    _ = try debugger.execute("goto 10")
    let text = try debugger.execute("why idle PEArray[1] @ 30").text
    #expect(text.hasPrefix("PEArray[1] waits for a message on "))
    #expect(text.contains("  because DRAM is at work since cycle "))
    #expect(text.contains("in cycle "))
    #expect(text.contains("; what it had waited for was held up by "))
    #expect(debugger.timeline.cycle == 10)
    #expect(throws: DebuggerError.self) { try debugger.execute("why idle PEArray[1] @ 99999999") }
  }

  @Test func `why z lists the products and their sum`() throws {
    let debugger = try debugger()
    let layer = try smallLayer()
    let sum = (0..<layer.k).reduce(0) {
      $0 + Int(layer.a[3 * layer.k + $1]) * Int(layer.bTransposed[17 * layer.k + $1])
    }
    let text = try debugger.execute("why z[3,17]").text
    #expect(text.contains("; the sum is \(sum), as in Z"))
    #expect(text.contains("PEArray[3] row 0 MAC "))
  }

  @Test(arguments: [
    ("gotto 5", "gotto: there is no such command; did you mean goto?"),
    ("goto", "goto: this is not how goto is written; allowed: goto <cycle>|start|end"),
    ("goto -1", "goto -1: -1 is no such number; allowed: 0 or more"),
    ("step 0", "step 0: 0 is no such number; allowed: 1 or more"),
    ("print VFMUU", "VFMUU: there is no such component; did you mean VFMU?"),
    ("print VFMU.bufered", "VFMU.bufered: VFMU has no bufered; did you mean buffered"),
    ("print PEArray[2].rf[5]", "PEArray[2].rf[5]: there is no such element; allowed: rf[0...15][0...127]"),
    ("print PEArray[2].rf[16][0]", "PEArray[2].rf[16][0]: there is no such element"),
    ("print VFMU.buffer[100000]", "VFMU.buffer[100000]: there is no such element; allowed: 0 to "),
    ("break VFMU.buffered < 16", "break VFMU.buffered < 16: this is not how break is written"),
    ("break when VFMU.buffered ~ 16", "break when VFMU.buffered ~ 16: ~ compares nothing; allowed: != < <= == > >="),
    ("break when VFMU.activity == starvde", "starvde: this is no activity; did you mean starved?"),
    ("watch VFMU", "VFMU: this is a component, not a quantity"),
    ("delete 3", "delete 3: there is no stop 3; allowed: all"),
    ("list component", "list component: there is no such list; did you mean components?"),
    ("why z[70,0]", "why z[70,0]: Z has no such element; allowed: z[0...69,0...18]"),
    ("why not", "why not: this is not how why is written"),
    ("help gotto", "help gotto: there is no such command; did you mean goto?"),
    ("follow 3", "follow 3: this is not how follow is written; allowed: follow message <number>"),
  ])
  func `a mistake names what was found and what is allowed`(line: String, message: String) throws {
    let debugger = try debugger()
    let error = #expect(throws: DebuggerError.self) { try debugger.execute(line) }
    #expect(error?.description.hasPrefix(message) ?? false, "\(error?.description ?? "nothing")")
    #expect(debugger.timeline.cycle == -1)
  }

  @Test(arguments: 0..<400)
  func `no line of random words traps`(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let words =
      DebuggerCommand.allCases.map(\.rawValue) + [
        "VFMU", "VFMU.", ".", "PEArray[0].rf[1][2]", "PEArray[0].rf[1][", "[", "]", "z[1,2]", "z[,]", "idle", "@", "@5",
        "when", "<", "==", "5", "-5", "999999999999999999999", "message", "all", "GLB.state", "GLB.state.turn", "\u{0}",
        "ü", "components", "fields",
      ]
    let debugger = try debugger()
    for _ in 0..<3 {
      let line = (0...random.uniform(below: 5)).map { _ in words[random.uniform(below: words.count)] }
      do { _ = try debugger.execute(line.joined(separator: " ")) } catch is DebuggerError {}
    }
  }

  @Test func `help names every command`() throws {
    let debugger = try debugger()
    let text = try debugger.execute("help").text
    for command in DebuggerCommand.allCases {
      #expect(text.contains(command.rawValue + " "))
      #expect(try debugger.execute("help \(command.rawValue)").text.contains(command.summary))
    }
  }
}
