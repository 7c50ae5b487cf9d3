// SPDX-License-Identifier: Apache-2.0

/// A message on a link, as an inspector sees it.
public struct InspectedMessage {
  /// Number on its link, from 0.
  public let ordinal: Int64
  public let arrival: Femtoseconds
  public let bytes: Int
  /// The message itself, and the names of its parts.
  public let content: UnsafeRawPointer
  public let layout: StateLayout

  /// The plain fields: what the message says, without the words that it carries in bulk.
  public var text: String {
    var text = ""
    for field in layout.fields where field.integer != nil {
      if !text.isEmpty { text += ", " }
      if !field.name.isEmpty { text += field.name + " " }
      text += field.text(content + field.offset)
    }
    return text
  }
}

/// Reads the messages of one link, many of them: what is the same for all is found once.
public struct MessageReader {
  private let simulation: Simulation
  private let state: UnsafeMutablePointer<LinkState>
  private let stride: Int
  private let messageOffset: Int
  private var wording: MessageWording

  /// - Precondition: the simulation has started.
  public init(ofLink number: Int, in simulation: Simulation) {
    let link = simulation.links[number]
    self.simulation = simulation
    state = link.state
    stride = link.slotStride
    messageOffset = link.messageOffset
    wording = MessageWording(link.layout())
  }

  /// When a message arrives, and what it counts for.
  ///
  /// - Precondition: the message was sent and its slot is not used again.
  public func read(_ ordinal: Int64) -> (arrival: Femtoseconds, bytes: Int64) {
    let header = slot(ordinal).assumingMemoryBound(to: LinkSlotHeader.self).pointee
    return (header.arrival, Int64(header.bytes))
  }

  /// Adds the memory of a message's plain fields to `key`: messages of a link with equal keys have equal texts.
  ///
  /// - Precondition: as for `read`.
  public func appendKey(of ordinal: Int64, to key: inout [UInt8]) {
    wording.appendKey(of: slot(ordinal) + messageOffset, to: &key)
  }

  /// The text of a message, as `InspectedMessage.text` has it.
  ///
  /// - Precondition: as for `read`.
  public mutating func text(of ordinal: Int64) -> [UInt8] { wording.text(of: slot(ordinal) + messageOffset) }

  private func slot(_ ordinal: Int64) -> UnsafeRawPointer {
    precondition(
      ordinal < state.pointee.tail && ordinal >= state.pointee.tail - (state.pointee.mask + 1),
      "a message is looked at while the link holds it")
    return UnsafeRawPointer(state.pointee.ring + Int(ordinal & state.pointee.mask) * stride)
  }
}

/// Who is on a link, and how many messages passed it.
public struct InspectedLink {
  public let name: String
  /// Components at the ends, by `Component.index`.
  public let sender: Int
  public let receiver: Int
  public let sent: Int64
  public let received: Int64
  public let capacity: Int64
}

extension Simulation {
  public var linkCount: Int { links.count }

  /// Messages sent on a link so far, and received from it.
  public func traffic(onLink link: Int) -> (sent: Int64, received: Int64) {
    let state = links[link].state
    return (state.pointee.tail, state.pointee.head)
  }

  /// Messages sent on all links so far.
  public var messageCount: Int64 { links.reduce(0) { $0 + $1.state.pointee.tail } }

  /// A link by its number, which is its position in `linkAccounts`.
  ///
  /// - Precondition: the simulation has started.
  public func link(_ number: Int) -> InspectedLink {
    let link = links[number]
    return InspectedLink(
      name: link.name, sender: componentIndex(link.sender.owner), receiver: componentIndex(link.receiver.owner),
      sent: link.state.pointee.tail, received: link.state.pointee.head, capacity: link.state.pointee.capacity)
  }

  /// The names and places of the parts of a link's messages.
  public func messageLayout(onLink number: Int) -> StateLayout { links[number].layout() }

  private func componentIndex(_ name: String) -> Int {
    guard let index = components.firstIndex(where: { $0.name == name }) else {
      preconditionFailure("an endpoint belongs to a component")
    }
    return index
  }

  /// A message that was sent and whose slot is not used again: all that are on the link, and the last that left it.
  ///
  /// - Precondition: the message is one of those.
  public func message(_ ordinal: Int64, onLink number: Int) -> InspectedMessage {
    let link = links[number]
    let state = link.state.pointee
    precondition(
      ordinal >= 0 && ordinal < state.tail && ordinal >= state.tail - Int64(link.slotCount),
      "a message is looked at while the link holds it")
    let header = link.header(ordinal)
    return InspectedMessage(
      ordinal: ordinal, arrival: header.arrival, bytes: Int(header.bytes), content: link.content(ordinal),
      layout: link.layout())
  }
}

extension Input {
  /// Messages taken from the link so far.
  public var receivedCount: Int64 { link.pointee.head }

  /// Messages that have arrived and wait, at the edge being processed or the last one.
  public var waitingCount: Int {
    var ordinal = link.pointee.head
    while ordinal < link.pointee.tail,
      link.pointee.slot(ordinal, as: Message.self).pointee.arrival <= link.pointee.time
    { ordinal += 1 }
    return Int(ordinal - link.pointee.head)
  }

  /// The message `position` places behind the front, arrived or not, for looking ahead of the next edge; nil where the
  /// link holds no such message.
  public func message(at position: Int) -> Message? {
    let ordinal = link.pointee.head + Int64(position)
    guard position >= 0, ordinal < link.pointee.tail else { return nil }
    return link.pointee.slot(ordinal, as: Message.self).pointee.message
  }
}
