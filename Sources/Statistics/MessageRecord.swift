// SPDX-License-Identifier: Apache-2.0

/// A message that was sent over a link.
public struct MessageRecord: Equatable, Sendable {
  /// Among all messages of the layer: from 0 by edge of sending, link and ordinal.
  public var number: Int64
  /// Position of the link in the statistics.
  public var link: Int
  /// Among the messages of its link, from 0.
  public var ordinal: Int64
  /// Cycle of the core's clock in which it was sent, and the first in which the receiver could see it.
  public var sent: Int64
  public var arrived: Int64
  /// Cycle in which it was taken; nil where that was not recorded.
  public var received: Int64?
  public var bytes: Int64
  /// Number of the message that the sender had taken last, at this edge or before; nil where that was not recorded.
  public var cause: Int64?
  /// Its plain fields: index into `MessageLog.texts`.
  public var carried: Int

  public init(
    number: Int64, link: Int, ordinal: Int64, sent: Int64, arrived: Int64, received: Int64? = nil, bytes: Int64,
    cause: Int64?, carried: Int
  ) {
    self.number = number
    self.link = link
    self.ordinal = ordinal
    self.sent = sent
    self.arrived = arrived
    self.received = received
    self.bytes = bytes
    self.cause = cause
    self.carried = carried
  }
}

/// The messages that were recorded of a layer. Many carry the same, which is kept once.
public struct MessageLog: Equatable, Sendable {
  /// In order of number.
  public var messages: [MessageRecord] = []
  public var texts = TextTable()

  public init() {}

  public var isEmpty: Bool { messages.isEmpty }
}
