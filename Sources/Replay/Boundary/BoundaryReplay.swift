// SPDX-License-Identifier: Apache-2.0
import Accelerators
import Hardware
import SimulationKernel
import Workloads

/// The recorded requests at a part's boundary, replayed against the part as it is when parameters are changed.
///
/// The layer runs as it was, beside the changed part alone. What had been sent to the part is sent to it again: in order, on
/// every link, as long after what its sender had waited for as it was, and not before what had come from the part to its
/// sender by any way has come again; later where the part makes no room. What the part sends is taken when it
/// had been, or where it had been waited for, at once. Nothing else of the machine is there: a layer that would be mapped
/// otherwise is not, and nobody does anything in another order.
///
/// With nothing changed every message is sent when it was. Memory is what the part is ahead or behind by: the recording
/// goes on as far as the replay needs it.
public final class BoundaryReplay: BoundaryPlayer {
  /// What became of the messages of a link from the part.
  public struct Replies: Equatable, Sendable {
    public let link: String
    public var recorded: Int64 = 0
    public var replayed: Int64 = 0
    /// Messages, of those that are in both, that were not sent when they had been.
    public var moved: Int64 = 0
    /// Core cycles by which the last of them, and all of them together, were sent later; negative if earlier.
    public var lastDelay: Double = 0
    public var totalDelay: Double = 0
    /// Core cycles by which one of them was sent later at most; 0 if none was.
    public var largestDelay: Double = 0
  }

  public struct Outcome: Equatable, Sendable {
    /// Components of the part.
    public var components: [String]
    /// Cycles of the layer as it was, and as it would be by the replay.
    public var recordedCycles: Int64
    public var cycles: Int64
    /// Cycles in which the part's components were busy, together, in their own clocks.
    public var recordedBusyCycles: Int64
    public var busyCycles: Int64
    public var replies: [Replies]
  }

  private let recording: BoundaryRecording
  private let session: LayerSession
  private let boundary: Boundary
  private var simulation: Simulation { session.simulation }
  private var movements: LinkMovements
  /// By place of the output: amounts that arrived, with the time at which they had, as far as no recorded reply took note of
  /// it; that arrived and were taken in all; that were sent; and that had been taken before this edge.
  private var arrivals: [Queue<(amount: SIMD8<Int64>, time: Femtoseconds)>]
  private var arrivedCount: [Int64]
  private var arrived: [SIMD8<Int64>]
  private var taken: [SIMD8<Int64>]
  private var sent: [SIMD8<Int64>]
  private var takenBefore: [SIMD8<Int64>]
  /// Recorded replies whose arrival was noted, of those in the queue.
  private var noted: [Int]
  /// By place of the input: whether the next request found the link full.
  private var waitsForRoom: [Bool]
  /// Send times of one run that wait for those of the other: of the recording where the flag is set.
  private var sendTimes: [Queue<Femtoseconds>]
  private var recordedSends: [Int64]
  private var replies: [Replies]
  /// By how much something at the boundary happened earlier than it had, at most; 0 or negative.
  private var largestLead: Femtoseconds = 0
  private var lastProgress: Femtoseconds = 0
  private let watchdog: Femtoseconds

  /// Core cycles for which a part may do nothing at the end, beyond those of the recording.
  private static let patience: Cycle = 65_536

  /// - Parameters:
  ///   - recorded: the layer as it was, at reset.
  ///   - changed: the same with the part isolated, at reset.
  init(recorded: LayerSession, changed: LayerSession, part: Set<String>) {
    recording = BoundaryRecording(recorded, part: part)
    boundary = recording.boundary
    session = changed
    movements = LinkMovements(in: changed.simulation)
    let outputs = boundary.outputs
    arrivals = outputs.map { _ in Queue() }
    arrivedCount = outputs.map { _ in 0 }
    arrived = outputs.map { _ in .zero }
    taken = arrived
    sent = arrived
    takenBefore = arrived
    noted = outputs.map { _ in 0 }
    waitsForRoom = boundary.inputs.map { _ in false }
    sendTimes = outputs.map { _ in Queue() }
    recordedSends = outputs.map { _ in 0 }
    let links = boundary.links
    replies = outputs.map { Replies(link: links[$0].name) }
    watchdog = Self.patience * changed.core.period
    changed.simulation.player = self
  }

  /// Replays a layer of `machine` against the part that the changed parameters belong to.
  ///
  /// - Parameters:
  ///   - values: the machine's, with the parameters changed.
  ///   - memoryPart: the part that `dram.part` of `values` names.
  /// - Throws: `BoundaryReplayError`; what `Machine.session` throws; `Deadlock`.
  public static func run(
    _ layer: GEMMLayer, on machine: any Machine, part components: [String], values: ParameterValues,
    memoryPart: DRAMSpecification?, options: LayerOptions = LayerOptions()
  ) throws -> Outcome {
    let part = Set(components)
    var isolated = options
    isolated.isolated = LayerOptions.IsolatedPart(components: part, values: values, memoryPart: memoryPart)
    let replay = BoundaryReplay(
      recorded: try machine.session(layer, options: options), changed: try machine.session(layer, options: isolated),
      part: part)
    return try replay.run()
  }

  // MARK: Both runs

  func run() throws -> Outcome {
    while true {
      let edge = simulation.isStopped ? nil : simulation.nextEdge()
      if !recording.isFinished, edge.map(needsRecording) ?? true {
        try recording.advance()
        noteRecordedSends()
        for output in boundary.outputs.indices { match(output) }
        wakePlayers()
        continue
      }
      guard let edge, !isDone else { break }
      takenBefore = taken
      // A part that is asleep while messages wait is no deadlock: who plays may have more for it.
      _ = try? simulation.run(through: edge)
      movements.look()
      noteSends()
      wakePlayers()
      // No component around the part thinks for longer than the whole recording.
      if recording.isFinished, edge - lastProgress > recording.time + watchdog {
        break
      }
    }
    return try outcome()
  }

  /// Whether the recording must go on before an edge is processed.
  private func needsRecording(before edge: Femtoseconds) -> Bool {
    if recording.time < edge - largestLead { return true }
    for (output, link) in boundary.outputs.enumerated() {
      let traffic = simulation.traffic(onLink: link)
      guard traffic.sent > traffic.received else { continue }
      let front = simulation.message(traffic.received, onLink: link)
      guard front.arrival <= edge else { continue }
      let amount = taken[output] &+ simulation.amounts(of: front.content, onLink: link)
      guard let reply = covering(amount, of: output), recording.replies[output][reply].taken != nil else { return true }
    }
    for (input, link) in boundary.inputs.enumerated() where recording.requests[input].isEmpty {
      let traffic = simulation.traffic(onLink: link)
      let capacity = simulation.link(link).capacity
      if traffic.sent - traffic.received < capacity, recording.isFull(link: link) { return true }
    }
    return false
  }

  /// The recorded reply with which the part had sent `amount` at least, by its position; nil if it has not yet.
  private func covering(_ amount: SIMD8<Int64>, of output: Int) -> Int? {
    let replies = recording.replies[output]
    return (0..<replies.count).first { all(replies[$0].amount .>= amount) }
  }

  /// Whether everything that was recorded has happened, the end of the run where the part ended it.
  private var isDone: Bool {
    guard !simulation.isStopped else { return true }
    guard recording.endCause != nil, recording.requests.allSatisfy(\.isEmpty) else { return false }
    return boundary.outputs.indices.allSatisfy { output in
      let left = recording.replies[output]
      return all(sent[output] .>= recording.sentAmounts[output])
        && (0..<left.count).allSatisfy { left[$0].taken == nil || all(taken[output] .>= left[$0].amount) }
    }
  }

  private var partNames: [String] {
    simulation.components.indices.filter { boundary.isInside[$0] }.map { simulation.components[$0].name }
  }

  private func outcome() throws -> Outcome {
    let core = session.core
    let end = recording.time
    var time = simulation.time
    if !simulation.isStopped {
      guard isDone, let due = recording.endCause?.due(for: end) else {
        throw BoundaryReplayError(components: partNames, time: simulation.time)
      }
      time = due
    }
    func busy(_ session: LayerSession) -> Int64 {
      session.simulation.closeAccounts()
      return session.simulation.componentAccounts.enumerated().reduce(0) {
        $0 + (boundary.isInside[$1.offset] ? $1.element.busy : 0)
      }
    }
    return Outcome(
      components: partNames, recordedCycles: recording.session.core.cycle + 1,
      cycles: (time + core.period - 1) / core.period + 1, recordedBusyCycles: busy(recording.session),
      busyCycles: busy(session), replies: replies.filter { $0.recorded > 0 || $0.replayed > 0 })
  }

  // MARK: The players

  public func play(component: Int) {
    let now = simulation.time
    var goesOn = true
    while goesOn {
      goesOn = false
      for (output, link) in boundary.outputs.enumerated() where boundary.links[link].receiver == component {
        noteArrivals(output, link: link, at: now)
        while takeReply(output, link: link, at: now) { goesOn = true }
      }
      for (input, link) in boundary.inputs.enumerated() where boundary.links[link].sender == component {
        while sendRequest(input, link: link, at: now) { goesOn = true }
      }
    }
  }

  private func noteArrivals(_ output: Int, link: Int, at now: Femtoseconds) {
    let traffic = simulation.traffic(onLink: link)
    arrivedCount[output] = max(arrivedCount[output], traffic.received)
    while arrivedCount[output] < traffic.sent {
      let message = simulation.message(arrivedCount[output], onLink: link)
      guard message.arrival <= now else { break }
      arrived[output] &+= simulation.amounts(of: message.content, onLink: link)
      arrivals[output].append((arrived[output], now))
      arrivedCount[output] += 1
    }
    match(output)
  }

  /// Tells recorded replies when as much arrived.
  private func match(_ output: Int) {
    while noted[output] < recording.replies[output].count {
      let reply = recording.replies[output][noted[output]]
      while let first = arrivals[output].first, any(first.amount .< reply.amount) { arrivals[output].removeFirst() }
      guard let first = arrivals[output].first else { return }
      happened(reply.arrival, at: first.time)
      noted[output] += 1
    }
  }

  private func takeReply(_ output: Int, link: Int, at now: Femtoseconds) -> Bool {
    guard simulation.hasArrival(onLink: link) else { return false }
    let traffic = simulation.traffic(onLink: link)
    let front = simulation.message(traffic.received, onLink: link)
    let amount = taken[output] &+ simulation.amounts(of: front.content, onLink: link)
    guard let due = takeDue(amount, of: output), due <= now else { return false }
    simulation.drop(onLink: link)
    taken[output] = amount
    lastProgress = now
    while let reply = recording.replies[output].first, noted[output] > 0, reply.taken != nil,
      all(reply.amount .<= amount)
    {
      recording.replies[output].removeFirst()
      recording.removedReplies[output] += 1
      noted[output] -= 1
    }
    return true
  }

  /// When a message is taken with which `amount` is, at the earliest; nil where that is not known yet.
  private func takeDue(_ amount: SIMD8<Int64>, of output: Int) -> Femtoseconds? {
    guard let position = covering(amount, of: output) else { return recording.isFinished ? 0 : nil }
    let reply = recording.replies[output][position]
    guard let taken = reply.taken else { return nil }
    return reply.cause.map { $0.due(for: taken) } ?? 0
  }

  private func sendRequest(_ input: Int, link: Int, at now: Femtoseconds) -> Bool {
    guard let request = recording.requests[input].first, let due = request.cause.due(for: request.time), due <= now,
      isPastReached(request.cause, by: boundary.links[link].sender)
    else { return false }
    waitsForRoom[input] = !simulation.isReady(link: link)
    guard !waitsForRoom[input] else { return false }
    request.content.withUnsafeBytes { content in
      guard let start = content.baseAddress else { preconditionFailure("a message has a byte at least") }
      simulation.send(start, bytes: request.bytes, onLink: link)
    }
    happened(request.mark, at: now)
    recording.requests[input].removeFirst()
    return true
  }

  /// Whether everything came from the part that had: to the sender itself by now, to others at earlier edges.
  private func isPastReached(_ cause: Cause, by sender: Int) -> Bool {
    boundary.outputs.indices.allSatisfy { output in
      let come =
        boundary.links[boundary.outputs[output]].receiver == sender ? taken[output] : takenBefore[output]
      return all(come .>= cause.past[output])
    }
  }

  private func happened(_ mark: Mark, at now: Femtoseconds) {
    mark.replayed = now
    largestLead = min(largestLead, now - mark.recorded)
    lastProgress = max(lastProgress, now)
  }

  /// Asks for the ticks at which the players have something to do, as far as that is known. Whoever found a link full is
  /// woken by the link, and a message that arrives wakes its receiver.
  private func wakePlayers() {
    for (input, link) in boundary.inputs.enumerated() where !waitsForRoom[input] {
      guard let request = recording.requests[input].first, let due = request.cause.due(for: request.time),
        request.cause.past.indices.allSatisfy({ all(taken[$0] .>= request.cause.past[$0]) })
      else { continue }
      simulation.wake(component: boundary.links[link].sender, at: due)
    }
    for (output, link) in boundary.outputs.enumerated() {
      let traffic = simulation.traffic(onLink: link)
      guard traffic.sent > traffic.received else { continue }
      let front = simulation.message(traffic.received, onLink: link)
      let amount = taken[output] &+ simulation.amounts(of: front.content, onLink: link)
      guard let due = takeDue(amount, of: output) else { continue }
      simulation.wake(component: boundary.links[link].receiver, at: max(due, front.arrival))
    }
  }

  // MARK: When the part sent

  private func noteRecordedSends() {
    for output in boundary.outputs.indices {
      let all = recording.removedReplies[output] + Int64(recording.replies[output].count)
      while replies[output].recorded < all {
        let position = Int(replies[output].recorded - recording.removedReplies[output])
        compare(output, recording.replies[output][position].sent, isRecorded: true)
        replies[output].recorded += 1
      }
    }
  }

  private func noteSends() {
    for movement in movements.all {
      guard let output = boundary.outputPlaces[movement.link] else { continue }
      for ordinal in movement.sent {
        let message = simulation.message(ordinal, onLink: movement.link)
        sent[output] &+= simulation.amounts(of: message.content, onLink: movement.link)
        compare(output, simulation.time, isRecorded: false)
        replies[output].replayed += 1
      }
    }
  }

  /// Compares a send with that of the same number in the other run, if that was seen before; keeps it otherwise.
  private func compare(_ output: Int, _ time: Femtoseconds, isRecorded: Bool) {
    let (ahead, behind) =
      isRecorded
      ? (replies[output].replayed, replies[output].recorded) : (replies[output].recorded, replies[output].replayed)
    guard ahead > behind else { return sendTimes[output].append(time) }
    let other = sendTimes[output].removeFirst()
    let later = isRecorded ? other - time : time - other
    let delay = Double(later) / Double(session.core.period)
    if later != 0 { replies[output].moved += 1 }
    replies[output].lastDelay = delay
    replies[output].totalDelay += delay
    replies[output].largestDelay = max(replies[output].largestDelay, delay)
  }
}

/// A replay that came to no end: the changed part waits for something that the recorded requests do not bring it.
public struct BoundaryReplayError: Error, Equatable, CustomStringConvertible {
  public let components: [String]
  /// When the part did something for the last time.
  public let time: Femtoseconds

  public var description: String {
    "\(components.joined(separator: ", ")): at \(time) fs the changed part waits for what the recorded requests do not "
      + "bring it"
  }
}
