// SPDX-License-Identifier: Apache-2.0

/// A discrete-event simulation: clock domains, the components that tick in them, and the links between components.
///
/// Life cycle: create clock domains and components, `connect` every endpoint, `start()`, `run`. Everything that
/// changes during a run lives in memory that the simulation owns.
public final class Simulation {
  /// Ways to disturb a run that must not change its results, for tests.
  public struct Perturbation: Sendable {
    /// Seed of a permutation of the order in which components tick; nil ticks them in order of registration.
    public var shuffleSeed: UInt64?
    /// Seed by which links refuse sends in random cycles; nil leaves them alone. Changes timing, not values.
    public var backpressureSeed: UInt64?

    public init(shuffleSeed: UInt64? = nil, backpressureSeed: UInt64? = nil) {
      self.shuffleSeed = shuffleSeed
      self.backpressureSeed = backpressureSeed
    }
  }

  let shared: UnsafeMutablePointer<SharedState>
  let perturbation: Perturbation
  public private(set) var domains: [ClockDomain] = []
  /// All components in order of registration.
  public private(set) var components: [Component] = []
  var endpoints: [Endpoint] = []
  var links: [Link] = []
  let stateMemory = StateMemory()
  var taps: [MessageTap] = []
  var isStarted = false
  /// Cycles in a row in which no component worked, under random back-pressure.
  var quietEdges = 0

  /// Told of every stretch of activity; set before `start()`.
  public var activityObserver: (any ActivityObserver)?

  public init(perturbation: Perturbation = Perturbation()) {
    self.perturbation = perturbation
    shared = .allocate(capacity: 1)
    shared.initialize(to: SharedState())
  }

  deinit {
    for link in links { link.deallocate() }
    for endpoint in endpoints { endpoint.cell.deallocate() }
    shared.deallocate()
  }

  /// Adds a clock.
  public func addClock(_ name: String, period: Femtoseconds) -> ClockDomain {
    precondition(!isStarted, "clocks are added before the simulation starts")
    let domain = ClockDomain(name: name, period: period, simulation: self)
    domains.append(domain)
    return domain
  }

  func register(_ component: Component, in clock: ClockDomain) {
    precondition(!isStarted, "components are added before the simulation starts")
    component.index = components.count
    components.append(component)
    clock.components.append(component)
  }

  func stop() { shared.pointee.isStopped = true }

  /// Whether a component has ended the run.
  public var isStopped: Bool { shared.pointee.isStopped }

  /// Time of the last processed edge; -1 before the first.
  public var time: Femtoseconds { shared.pointee.time }

  /// The composable hash over all messages so far.
  public var eventHash: UInt64 { shared.pointee.eventHash }
}
