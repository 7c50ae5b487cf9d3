// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

/// Takes down every message that is sent in a range of cycles.
///
/// The run goes edge by edge there, and what moved is found by looking at the links between two edges; outside of the
/// range nothing is looked at.
struct MessageRecorder {
  private(set) var log = MessageLog()
  private let cycles: ClosedRange<Cycle>
  private var movements: LinkMovements?
  /// For each link, the ordinal of its first recorded message, and the positions of its records in order.
  private var first: [Int64] = []
  private var positions: [[Int]] = []
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

  init(_ cycles: ClosedRange<Cycle>) { self.cycles = cycles }

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
    first = links.map(\.sent)
    positions = links.map { _ in [] }
    senders = links.map(\.sender)
    receivers = links.map(\.receiver)
    lastTaken = simulation.components.map { _ in nil }
    readers = links.indices.map { MessageReader(ofLink: $0, in: simulation) }
    keys = links.map { _ in TextTable() }
    texts = links.map { _ in [] }
  }

  /// Takes down what moved at the edge that was processed last.
  mutating func note(_ simulation: Simulation, period: Femtoseconds) {
    movements?.look()
    guard let movements else { return }
    let cycle = (simulation.time + period - 1) / period
    for movement in movements.all {
      for ordinal in movement.received where ordinal >= first[movement.link] {
        let position = positions[movement.link][Int(ordinal - first[movement.link])]
        log.messages[position].received = cycle
        lastTaken[receivers[movement.link]] = log.messages[position].number
      }
    }
    var number = movements.messagesBefore
    for movement in movements.all {
      for ordinal in movement.sent {
        let message = readers[movement.link].read(ordinal)
        positions[movement.link].append(log.messages.count)
        log.messages.append(
          MessageRecord(
            number: number, link: movement.link, ordinal: ordinal, sent: cycle,
            arrived: (message.arrival + period - 1) / period, bytes: message.bytes,
            cause: lastTaken[senders[movement.link]], carried: carried(by: ordinal, onLink: movement.link)))
        number += 1
      }
    }
  }

  /// The index of what a message carries; put into words only where it is new on its link.
  private mutating func carried(by ordinal: Int64, onLink link: Int) -> Int {
    key.removeAll(keepingCapacity: true)
    readers[link].appendKey(of: ordinal, to: &key)
    let index = keys[link].index(of: key)
    if index == texts[link].count { texts[link].append(log.texts.index(of: readers[link].text(of: ordinal))) }
    return texts[link][index]
  }
}
