// SPDX-License-Identifier: Apache-2.0
import Accelerators
import SimulationKernel

/// The layer as it was, made again edge by edge as far as a replay of its part needs it: what arrives at the part and what
/// the part sends, when, and what it waited for.
///
/// What a component waited for is seen from outside: it had not been busy, and at the edge at which it went on a message
/// arrived, or a slot came free. It then is tied to that; one that stays busy stays tied to what it was, and is tied to what
/// comes in just in time as well.
final class BoundaryRecording {
  /// A message to the part.
  struct Request {
    let content: [UInt8]
    let bytes: Int
    let time: Femtoseconds
    let cause: Cause
    let mark: Mark
  }

  /// A message from the part.
  struct Reply {
    /// What the part had sent on this link with it.
    let amount: SIMD8<Int64>
    let sent: Femtoseconds
    /// Happens at the receiver's first edge at or after the arrival.
    let arrival: Mark
    /// When it was taken; nil if it was not yet. One that was not taken as it arrived was kept waiting for the cause's sake.
    var taken: Femtoseconds?
    var cause: Cause?
  }

  let session: LayerSession
  let boundary: Boundary
  private(set) var isFinished = false
  /// Why the run ended when it did; nil before it has, and where the part ended it.
  private(set) var endCause: Cause?
  /// By place of the link; what was replayed is removed by the player.
  var requests: [Queue<Request>]
  var replies: [Queue<Reply>]
  /// All that the part sent on each output.
  private(set) var sentAmounts: [SIMD8<Int64>]
  /// Messages that the player removed from each queue of replies.
  var removedReplies: [Int64]

  private var movements: LinkMovements
  private var causes: [Cause]
  /// Messages on links around the part: why each was sent, and when the receiver sees it first.
  private var inFlight: [Queue<(cause: Cause, arrival: Femtoseconds)>]
  /// When the last messages were taken from a link, by ordinal modulo its capacity.
  private var takes: [[Femtoseconds]]
  private var marks: [(input: Int, mark: Mark)] = []
  /// Links on which somebody waited for a message.
  private var hasStarved: [Bool]

  init(_ session: LayerSession, part: Set<String>) {
    self.session = session
    let boundary = Boundary(of: part, in: session.simulation)
    self.boundary = boundary
    requests = boundary.inputs.map { _ in Queue() }
    replies = boundary.outputs.map { _ in Queue() }
    removedReplies = boundary.outputs.map { _ in 0 }
    sentAmounts = boundary.outputs.map { _ in .zero }
    movements = LinkMovements(in: session.simulation)
    causes = boundary.isInside.map { _ in boundary.cause(isSinceReset: true) }
    inFlight = boundary.links.map { _ in Queue() }
    hasStarved = boundary.links.map { _ in false }
    takes = boundary.links.map { Array(repeating: -1, count: Int($0.capacity)) }
  }

  var time: Femtoseconds { session.simulation.time }

  /// Whether a link is full, so that its next message waits for the part.
  func isFull(link: Int) -> Bool {
    let traffic = session.simulation.traffic(onLink: link)
    return traffic.sent - traffic.received >= boundary.links[link].capacity
  }

  /// Processes the next edge.
  ///
  /// - Throws: `Deadlock`.
  func advance() throws {
    let simulation = session.simulation
    let before = simulation.components.map { simulation.currentActivity(of: $0) }
    let edge = simulation.nextEdge()
    let outcome = try simulation.run(through: edge ?? simulation.time)
    movements.look()
    if edge != nil { note(at: simulation.time, before: before) }
    guard outcome == .finished else { return }
    isFinished = true
    guard let stopper = simulation.stopper else { preconditionFailure("a component ends the run of a layer") }
    if !boundary.isInside[stopper] { endCause = causes[stopper] }
  }

  // MARK: What an edge did

  private func note(at now: Femtoseconds, before: [(kind: Activity.Kind, link: Int32)]) {
    let earlier = causes
    for activity in before where activity.kind == .starved { hasStarved[Int(activity.link)] = true }
    let senders = Set(movements.all.filter { !$0.sent.isEmpty }.map { boundary.links[$0.link].sender })
    /// Whether a message that has just come counts as what the receiver waited for: what it said that it waits for; what
    /// it had waited for before, where it is busy; and what makes it send something.
    func isAwaited(_ link: Int) -> Bool {
      let receiver = boundary.links[link].receiver
      switch before[receiver].kind {
      case .busy: return hasStarved[link]
      case .starved: return Int(before[receiver].link) == link || senders.contains(receiver)
      case .idle: return true
      case .backpressured: return senders.contains(receiver)
      }
    }
    var fresh: [Int: Cause] = [:]
    func add(_ ties: Cause, to component: Int) {
      fresh[component, default: boundary.cause()].addTies(of: ties)
    }
    for movement in movements.all { noteTaken(movement, at: now, isAwaited(movement.link) ? add : { _, _ in }) }
    notePeeked(before, at: now, taken: fresh, add)
    for movement in movements.all { noteFreed(movement, at: now, earlier, add) }
    for (component, ties) in fresh {
      if before[component].kind != .busy {
        causes[component].ties = ties.ties
        causes[component].isSinceReset = ties.isSinceReset
      } else {
        causes[component].addTies(of: ties)
      }
    }
    for movement in movements.all { noteKeptWaiting(movement, at: now) }
    for movement in movements.all { noteSent(movement, at: now, earlier) }
  }

  private func noteTaken(_ movement: LinkMovements.Movement, at now: Femtoseconds, _ add: (Cause, Int) -> Void) {
    let link = boundary.links[movement.link]
    for ordinal in movement.received {
      takes[movement.link][Int(ordinal % link.capacity)] = now
      guard !boundary.isInside[link.receiver] else { continue }
      if let output = boundary.outputPlaces[movement.link] {
        let position = Int(ordinal - removedReplies[output])
        replies[output][position].taken = now
        let reply = replies[output][position]
        if reply.arrival.recorded == now {
          add(tie(to: reply.arrival, at: boundary.tie(ofOutput: output)), link.receiver)
        }
        if session.simulation.countsAmounts(onLink: movement.link) {
          causes[link.receiver].past[output] = reply.amount
        }
      } else {
        let message = inFlight[movement.link].removeFirst()
        if message.arrival == now { add(message.cause, link.receiver) }
        causes[link.receiver].addPast(of: message.cause)
      }
    }
  }

  /// A component that waited for a message may look at it, work, and take it later.
  private func notePeeked(
    _ before: [(kind: Activity.Kind, link: Int32)], at now: Femtoseconds, taken: [Int: Cause],
    _ add: (Cause, Int) -> Void
  ) {
    for (component, activity) in before.enumerated()
    where activity.kind == .starved && !boundary.isInside[component] && taken[component] == nil {
      let link = Int(activity.link)
      let state = session.simulation.currentActivity(of: session.simulation.components[component])
      guard state.kind == .busy else { continue }
      if let output = boundary.outputPlaces[link] {
        let position = Int(session.simulation.traffic(onLink: link).received - removedReplies[output])
        guard position < replies[output].count, replies[output][position].arrival.recorded == now else { continue }
        add(tie(to: replies[output][position].arrival, at: boundary.tie(ofOutput: output)), component)
      } else if let message = inFlight[link].first, message.arrival == now {
        add(message.cause, component)
      }
    }
  }

  /// Who sends at the first edge at which there is room may have waited for the room.
  private func noteFreed(
    _ movement: LinkMovements.Movement, at now: Femtoseconds, _ earlier: [Cause], _ add: (Cause, Int) -> Void
  ) {
    let link = boundary.links[movement.link]
    guard !boundary.isInside[link.sender] else { return }
    for ordinal in movement.sent {
      let mark = Mark(recorded: now)
      if let input = boundary.inputPlaces[movement.link] { marks.append((input, mark)) }
      guard isJustInTime(ordinal, on: movement.link, at: now) else { continue }
      if let input = boundary.inputPlaces[movement.link] {
        // What else is done at this edge waits for the first message only, which waits for nothing but room: nothing
        // waits in a circle.
        if ordinal == movement.sent.lowerBound { add(tie(to: mark, at: boundary.tie(ofInput: input)), link.sender) }
      } else {
        add(earlier[link.receiver], link.sender)
      }
    }
  }

  private func isJustInTime(_ ordinal: Int64, on number: Int, at now: Femtoseconds) -> Bool {
    let link = boundary.links[number]
    guard ordinal >= link.capacity else { return false }
    let freed = takes[number][Int(ordinal % link.capacity)]
    return freed >= 0 && freed < now && boundary.edge(of: link.sender, after: freed) == now
  }

  private func noteKeptWaiting(_ movement: LinkMovements.Movement, at now: Femtoseconds) {
    guard let output = boundary.outputPlaces[movement.link] else { return }
    for ordinal in movement.received {
      let position = Int(ordinal - removedReplies[output])
      guard replies[output][position].arrival.recorded < now else { continue }
      replies[output][position].cause = causes[boundary.links[movement.link].receiver]
    }
  }

  private func noteSent(_ movement: LinkMovements.Movement, at now: Femtoseconds, _ earlier: [Cause]) {
    let link = boundary.links[movement.link]
    let simulation = session.simulation
    for ordinal in movement.sent {
      let message = simulation.message(ordinal, onLink: movement.link)
      let arrival = boundary.edge(of: link.receiver, at: message.arrival)
      if let output = boundary.outputPlaces[movement.link] {
        sentAmounts[output] &+= simulation.amounts(of: message.content, onLink: movement.link)
        replies[output].append(
          Reply(amount: sentAmounts[output], sent: now, arrival: Mark(recorded: arrival), taken: nil, cause: nil))
      } else if let input = boundary.inputPlaces[movement.link] {
        let content = UnsafeRawBufferPointer(
          start: message.content, count: simulation.messageSize(onLink: movement.link))
        var cause = causes[link.sender]
        if isJustInTime(ordinal, on: movement.link, at: now) { cause.dropSends(of: boundary, at: now) }
        // What is taken in the same tick may itself wait for this: its arrival counts, not its taking.
        for place in boundary.outputs.indices where boundary.links[boundary.outputs[place]].receiver == link.sender {
          cause.past[place] = earlier[link.sender].past[place]
        }
        requests[input].append(
          Request(
            content: Array(content), bytes: message.bytes, time: now, cause: cause, mark: takeMark(ofInput: input)))
      } else if !boundary.isInside[link.sender] {
        inFlight[movement.link].append((causes[link.sender], arrival))
      }
    }
  }

  /// The marks of an edge's requests, in the order in which they were sent on their links.
  private func takeMark(ofInput input: Int) -> Mark {
    guard let position = marks.firstIndex(where: { $0.input == input }) else {
      preconditionFailure("a request has a mark")
    }
    return marks.remove(at: position).mark
  }

  private func tie(to mark: Mark, at place: Int) -> Cause {
    var cause = boundary.cause()
    cause.ties[place] = mark
    return cause
  }
}

extension Cause {
  /// Forgets the ties to what was sent to the part at `time`: what waited for room there is sent when there is room.
  fileprivate mutating func dropSends(of boundary: Boundary, at time: Femtoseconds) {
    for place in boundary.inputs.indices where ties[boundary.tie(ofInput: place)]?.recorded == time {
      ties[boundary.tie(ofInput: place)] = nil
    }
  }
}
