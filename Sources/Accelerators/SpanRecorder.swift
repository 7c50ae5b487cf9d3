// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

/// Keeps every stretch of activity of a run.
final class SpanRecorder: ActivityObserver {
  /// Behind a pointer: stretches end by the million, too often for checks of exclusive access.
  private let log: UnsafeMutablePointer<ActivityLog>

  init() {
    log = .allocate(capacity: 1)
    log.initialize(to: ActivityLog())
  }

  deinit {
    log.deinitialize(count: 1)
    log.deallocate()
  }

  var spans: ActivityLog { log.pointee }

  /// Forgets all spans behind `mark`.
  func rewind(to mark: ActivityLog.Mark) { log.pointee.rewind(to: mark) }

  func stretchEnded(component: Int, kind: Activity.Kind, link: Int32, start: Cycle, cycles: Int64) {
    log.pointee.append(component: component, activity: ActivityKind(kind), link: link, start: start, cycles: cycles)
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
