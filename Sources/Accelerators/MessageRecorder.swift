// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

/// Which messages of a layer are kept.
public enum RecordedMessages: Sendable {
  /// Those sent in these cycles.
  case cycles(ClosedRange<Int64>)
  /// Those sent up to the cycle in which something begins to hold, and in it; of the last `cycles` only, where that is
  /// stated. Where it never does, up to the end.
  ///
  /// - Parameter condition: made when the layer is at reset; says whether it holds now.
  case until(
    cycles: Int64?, condition: @Sendable (_ simulation: Simulation) throws -> () -> Bool)
}

/// Takes down every message that is sent in a range of cycles, or until something happens.
///
/// The run goes edge by edge there, and what moved is found by looking at the links between two edges; outside of the
/// range nothing is looked at.
struct MessageRecorder {
  /// What stops the recording, and whether it held behind the last cycle.
  private struct Trigger {
    let holds: () -> Bool
    var held: Bool
    /// How many of the last cycles are kept.
    let kept: Cycle?
  }

  /// Messages on a link that were taken down and not yet received: where each is, counted from the first ever taken down.
  fileprivate struct Waiting {
    /// Ordinal of the next that is received.
    var ordinal: Int64
    var places: [(place: Int, number: Int64)] = []
    var head = 0
  }

  private var log = MessageLog()
  /// Messages that were taken down and left again.
  private var dropped = 0
  private var cycles: ClosedRange<Cycle>
  private var trigger: Trigger?
  private var movements: LinkMovements?
  private var waiting: [Waiting] = []
  /// For each component, the number of the message that it took last.
  private var lastTaken: [Int64?] = []
  private var senders: [Int] = []
  private var receivers: [Int] = []
  private var readers: [MessageReader] = []
  /// By link: the plain fields that came as they lie in memory, and their texts' indices in the log.
  private var keys: [TextTable] = []
  private var texts: [[Int]] = []
  /// That of the message that is being read.
  private var key: [UInt8] = []

  /// - Parameter simulation: at reset.
  /// - Throws: what making the condition throws.
  init(_ messages: RecordedMessages, in simulation: Simulation) throws {
    switch messages {
    case .cycles(let range): cycles = range
    case .until(let kept, let condition):
      cycles = 0...(1 << 40)
      let holds = try condition(simulation)
      trigger = Trigger(holds: holds, held: holds(), kept: kept)
    }
  }

  /// The messages in order of their numbers, with the texts of those that are kept.
  var recorded: MessageLog {
    guard let trigger, let cycles = trigger.kept, let last = lastCycle else { return log }
    var recorded = MessageLog()
    recorded.messages = Array(log.messages.drop { $0.sent <= last - cycles })
    let first = recorded.messages.first?.number ?? 0
    for index in recorded.messages.indices {
      let message = recorded.messages[index]
      recorded.messages[index].carried = recorded.texts.index(of: Array(log.texts[message.carried].utf8))
      if message.cause.map({ $0 < first }) ?? false { recorded.messages[index].cause = nil }
    }
    return recorded
  }

  /// The last cycle that was looked at.
  private var lastCycle: Cycle?

  func covers(_ cycle: Cycle) -> Bool { cycles.contains(cycle) }

  /// The next cycle behind which recording begins or ends; nil behind the last.
  func boundary(after cycle: Cycle) -> Cycle? {
    if cycle < cycles.lowerBound - 1 { return cycles.lowerBound - 1 }
    return cycle < cycles.upperBound ? cycles.upperBound : nil
  }

  /// Begins to watch, if that was not done yet.
  mutating func begin(_ simulation: Simulation) {
    guard movements == nil else { return }
    movements = LinkMovements(in: simulation)
    let links = (0..<simulation.linkCount).map { simulation.link($0) }
    waiting = links.map { Waiting(ordinal: $0.sent) }
    senders = links.map(\.sender)
    receivers = links.map(\.receiver)
    lastTaken = simulation.components.map { _ in nil }
    readers = links.indices.map { MessageReader(ofLink: $0, in: simulation) }
    keys = links.map { _ in TextTable() }
    texts = links.map { _ in [] }
  }

  /// Takes down what moved at the edge that was processed last, in `cycle`.
  mutating func note(_ simulation: Simulation, in cycle: Cycle, period: Femtoseconds) {
    guard covers(cycle) else { return }
    lastCycle = cycle
    movements?.look()
    guard let movements else { return }
    for movement in movements.all {
      for ordinal in movement.received where ordinal >= waiting[movement.link].ordinal {
        let (place, number) = waiting[movement.link].takeFirst()
        if place >= dropped { log.messages[place - dropped].received = cycle }
        lastTaken[receivers[movement.link]] = number
      }
    }
    var number = movements.messagesBefore
    for movement in movements.all {
      for ordinal in movement.sent {
        let message = readers[movement.link].read(ordinal)
        waiting[movement.link].places.append((dropped + log.messages.count, number))
        log.messages.append(
          MessageRecord(
            number: number, link: movement.link, ordinal: ordinal, sent: cycle,
            arrived: (message.arrival + period - 1) / period, bytes: message.bytes,
            cause: lastTaken[senders[movement.link]], carried: carried(by: ordinal, onLink: movement.link)))
        number += 1
      }
    }
    dropOld(at: cycle)
  }

  /// Whether what stops the recording began to hold in `cycle`, all of whose edges were processed; then that was the last
  /// cycle recorded.
  mutating func stops(behind cycle: Cycle) -> Bool {
    guard var trigger, covers(cycle) else { return false }
    let holds = trigger.holds()
    defer {
      trigger.held = holds
      self.trigger = trigger
    }
    guard holds, !trigger.held else { return false }
    lastCycle = cycle
    cycles = cycles.lowerBound...cycle
    return true
  }

  /// The index of what a message carries; put into words only where it is new on its link.
  private mutating func carried(by ordinal: Int64, onLink link: Int) -> Int {
    key.removeAll(keepingCapacity: true)
    readers[link].appendKey(of: ordinal, to: &key)
    let index = keys[link].index(of: key)
    if index == texts[link].count { texts[link].append(log.texts.index(of: readers[link].text(of: ordinal))) }
    return texts[link][index]
  }

  /// Lets go of what is too old to be kept, now and then.
  private mutating func dropOld(at cycle: Cycle) {
    guard let limit = trigger?.kept, log.messages.count >= 4096,
      log.messages[log.messages.count / 2].sent <= cycle - limit
    else { return }
    let count = log.messages.prefix { $0.sent <= cycle - limit }.count
    log.messages.removeFirst(count)
    dropped += count
  }
}

extension MessageRecorder.Waiting {
  fileprivate mutating func takeFirst() -> (place: Int, number: Int64) {
    let first = places[head]
    head += 1
    ordinal += 1
    if head >= 256, head * 2 >= places.count {
      places.removeFirst(head)
      head = 0
    }
    return first
  }
}
