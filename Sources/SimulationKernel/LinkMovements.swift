// SPDX-License-Identifier: Apache-2.0

/// What moved on the links at one edge, found by comparing their counts before and after it: a run that is not watched
/// pays nothing.
public struct LinkMovements {
  /// A link on which messages were sent or received.
  public struct Movement: Equatable {
    public let link: Int
    /// Ordinals on the link.
    public let sent: Range<Int64>
    public let received: Range<Int64>
  }

  /// Keeps the links' memory.
  private let simulation: Simulation
  private let states: [UnsafeMutablePointer<LinkState>]
  private var sent: [Int64]
  private var received: [Int64]
  /// Messages sent on all links before the edge.
  public private(set) var messagesBefore: Int64
  public private(set) var all: [Movement] = []

  /// Begins between two edges.
  public init(in simulation: Simulation) {
    self.simulation = simulation
    states = simulation.links.map(\.state)
    sent = states.map(\.pointee.tail)
    received = states.map(\.pointee.head)
    messagesBefore = sent.reduce(0, +)
  }

  /// Looks at what the edge moved that was processed since the last look.
  public mutating func look() {
    messagesBefore += all.reduce(0) { $0 + Int64($1.sent.count) }
    all.removeAll(keepingCapacity: true)
    for link in states.indices {
      let (tail, head) = (states[link].pointee.tail, states[link].pointee.head)
      guard tail != sent[link] || head != received[link] else { continue }
      all.append(Movement(link: link, sent: sent[link]..<tail, received: received[link]..<head))
      sent[link] = tail
      received[link] = head
    }
  }

  /// The number of a message that was sent at this edge: messages are numbered from 0 by edge, then link, then ordinal.
  public func number(ofMessage ordinal: Int64, onLink link: Int) -> Int64? {
    var number = messagesBefore
    for movement in all {
      if movement.link == link, movement.sent.contains(ordinal) {
        return number + ordinal - movement.sent.lowerBound
      }
      number += Int64(movement.sent.count)
    }
    return nil
  }

  /// The message of a number, if it was sent at this edge.
  public func message(number: Int64) -> (link: Int, ordinal: Int64)? {
    var rest = number - messagesBefore
    guard rest >= 0 else { return nil }
    for movement in all {
      if rest < Int64(movement.sent.count) { return (movement.link, movement.sent.lowerBound + rest) }
      rest -= Int64(movement.sent.count)
    }
    return nil
  }
}
