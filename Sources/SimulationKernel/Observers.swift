// SPDX-License-Identifier: Apache-2.0

/// Listens to how components spend their cycles; without one, closing a stretch costs an addition.
public protocol ActivityObserver: AnyObject {
  /// A component did one thing for `cycles` cycles from `start`, in its own clock.
  ///
  /// - Parameter component: index in order of registration.
  /// - Parameter link: number of the link at fault; -1 for none.
  func stretchEnded(component: Int, kind: Activity.Kind, link: Int32, start: Cycle, cycles: Int64)
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
  func sent(on link: UnsafeMutablePointer<LinkState>) {
    let ordinal = link.pointee.tail - 1
    let slot = Int(ordinal & link.pointee.mask)
    observer.messageSent(
      link: Int(link.pointee.id), ordinal: ordinal, sendCycle: link.pointee.sender.pointee.cycle,
      arrival: link.pointee.arrivals[slot], bytes: Int(link.pointee.sizes[slot]))
  }
}
