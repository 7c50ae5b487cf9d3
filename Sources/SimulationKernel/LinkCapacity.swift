// SPDX-License-Identifier: Apache-2.0

extension Input {
  /// Messages that the link holds, in flight or waiting: the slots of the queue in front of the receiver.
  ///
  /// - Precondition: the input is connected.
  public var capacity: Int { Int(link.pointee.capacity) }
}

extension Output {
  /// Messages that the link holds, in flight or waiting: the slots of the queue in front of the receiver.
  ///
  /// - Precondition: the output is connected.
  public var capacity: Int { Int(link.pointee.capacity) }
}
