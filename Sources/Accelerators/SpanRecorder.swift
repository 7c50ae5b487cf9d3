// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

/// Keeps every stretch of activity of a run.
///
/// Stretches end by the million: each component's are noted in a place of its own, and enter the log when that is full, or when
/// somebody asks.
final class SpanRecorder: ActivityObserver {
  private struct Place {
    let entries: UnsafeMutablePointer<ActivityLog.Entry>
    var count = 0
    /// The cycle behind the last span, and behind the last that is in the log.
    var end: Cycle = 0
    var logged: Cycle = 0
  }

  private static let capacity = 1024
  private var log = ActivityLog()
  private let places: UnsafeMutableBufferPointer<Place>

  /// - Parameter components: of the simulation.
  init(components: Int) {
    places = .allocate(capacity: components)
    for component in 0..<components {
      places.initializeElement(at: component, to: Place(entries: .allocate(capacity: Self.capacity)))
    }
  }

  deinit {
    for place in places { place.entries.deallocate() }
    places.deallocate()
  }

  var spans: ActivityLog {
    for component in places.indices { flush(component) }
    return log
  }

  /// Forgets all spans behind `mark`.
  func rewind(to mark: ActivityLog.Mark) {
    for component in places.indices { flush(component) }
    log.rewind(to: mark)
    for component in places.indices {
      places[component].end = log.end(of: component)
      places[component].logged = places[component].end
    }
  }

  func stretchEnded(component: Int, kind: Activity.Kind, link: Int32, start: Cycle, cycles: Cycle) {
    let place = places.baseAddress.unsafelyUnwrapped + component
    precondition(start == place.pointee.end && cycles > 0, "the stretches of a component follow each other")
    ActivityLog.Entry.cut(ActivityKind(kind), link: link, cycles: cycles) { entry in
      if place.pointee.count == Self.capacity { flush(component) }
      place.pointee.entries[place.pointee.count] = entry
      place.pointee.count += 1
      place.pointee.end += entry.cycles
    }
  }

  /// Out of line: what it does to the log is checked for exclusive access.
  @inline(never)
  private func flush(_ component: Int) {
    let place = places[component]
    log.append(
      component: component, UnsafeBufferPointer(start: place.entries, count: place.count),
      cycles: place.end - place.logged)
    places[component].count = 0
    places[component].logged = place.end
  }
}

extension ActivityKind {
  init(_ kind: Activity.Kind) {
    switch kind {
    case .idle: self = .idle
    case .busy: self = .busy
    case .starved: self = .starved
    case .backpressured: self = .backpressured
    }
  }
}

extension LayerStatistics {
  /// What the kernel knows of a finished run: components, links and the event hash.
  init(_ simulation: Simulation) {
    self.init()
    components = simulation.componentAccounts.map { account in
      ComponentStatistics(
        name: account.name, clockDomain: account.clock, clockPeriod: account.period,
        cycles: account.cycles, busyCycles: account.busy,
        starvedCycles: account.starved, backpressuredCycles: account.backpressured, idleCycles: account.idle)
    }
    links = simulation.linkAccounts.map { account in
      LinkStatistics(
        name: account.name, sender: account.sender, receiver: account.receiver, latencyCycles: account.latency,
        widthBytes: account.width, capacity: account.capacity, messages: account.messages,
        bytesSent: account.bytesSent, bytesReceived: account.bytesReceived, starvedCycles: account.starvedCycles,
        backpressuredCycles: account.backpressuredCycles)
    }
    eventHash = simulation.eventHash
  }
}
