// SPDX-License-Identifier: Apache-2.0

/// Listens to how components spend their cycles; without one, closing a stretch costs an addition.
public protocol ActivityObserver: AnyObject {
  /// A component did one thing for `cycles` cycles from `start`, in its own clock.
  ///
  /// - Parameter component: index in order of registration.
  /// - Parameter link: number of the link at fault; -1 for none.
  func stretchEnded(component: Int, kind: Activity.Kind, link: Int32, start: Cycle, cycles: Int64)
}

/// Stands between the kernel's loop and an observer: reached by a pointer, it costs an unobserved run one nil test.
@usableFromInline
final class ActivityTap {
  let observer: any ActivityObserver

  init(_ observer: any ActivityObserver) { self.observer = observer }
}

/// Listens to the messages of the links it was attached to.
public protocol MessageObserver: AnyObject {
  /// A message was sent.
  ///
  /// - Parameter ordinal: its number on the link, from 0.
  func messageSent(link: Int, ordinal: Int64, sendCycle: Cycle, arrival: Femtoseconds, bytes: Int)
}

/// Stands between the links' inlined send and an observer, so that an unobserved link pays one nil test.
@usableFromInline
final class MessageTap {
  private let observer: any MessageObserver

  init(_ observer: any MessageObserver) { self.observer = observer }

  @usableFromInline
  func sent(on link: UnsafeMutablePointer<LinkState>, arrival: Femtoseconds, bytes: Int) {
    observer.messageSent(
      link: Int(link.pointee.id), ordinal: link.pointee.tail - 1, sendCycle: link.pointee.senderCycle,
      arrival: arrival, bytes: bytes)
  }
}
