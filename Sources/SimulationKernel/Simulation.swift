// SPDX-License-Identifier: Apache-2.0

/// A discrete-event simulation: clock domains, the components that tick in them, and the links between components.
///
/// Life cycle: create clock domains and components, `connect` every endpoint, `start()`, `run`. Everything that
/// changes during a run lives in memory that the simulation owns.
public final class Simulation {
  /// Ways to disturb a run, for tests; but for a fault they must not change its results.
  public struct Perturbation: Sendable {
    /// Seed of a permutation of the order in which components tick; nil ticks them in order of registration.
    public var shuffleSeed: UInt64?
    /// Seed by which links refuse sends in random cycles; nil leaves them alone. Changes timing, not values.
    public var backpressureSeed: UInt64?
    /// A bit that flips in a component's state; nil for none. Changes what the component does.
    public var fault: Fault?

    public init(shuffleSeed: UInt64? = nil, backpressureSeed: UInt64? = nil, fault: Fault? = nil) {
      self.shuffleSeed = shuffleSeed
      self.backpressureSeed = backpressureSeed
      self.fault = fault
    }
  }

  /// A bit of a component's state that flips behind the first edge at or after a time.
  public struct Fault: Equatable, Sendable {
    public var component: String
    public var time: Femtoseconds
    /// Which of the component's memories, in order of allocation, which byte of it, and which bit.
    public var region: Int
    public var byte: Int
    public var bit: UInt8

    public init(component: String, time: Femtoseconds, region: Int, byte: Int, bit: UInt8 = 0) {
      self.component = component
      self.time = time
      self.region = region
      self.byte = byte
      self.bit = bit
    }
  }

  let shared: UnsafeMutablePointer<SharedState>
  let perturbation: Perturbation
  let leaps: Bool
  public private(set) var domains: [ClockDomain] = []
  /// All components in order of registration.
  public internal(set) var components: [Component] = []
  var endpoints: [Endpoint] = []
  var links: [Link] = []
  let stateMemory = StateMemory()
  var taps: [MessageTap] = []
  var isStarted = false
  /// How each component's state is hashed; made when it first is.
  var hashPlans: [StateHashPlan] = []
  /// Cycles in a row in which no component worked, under random back-pressure.
  var quietEdges = 0

  /// Told of every stretch of activity; set before `start()`.
  public var activityObserver: (any ActivityObserver)?
  var activityTap: ActivityTap?
  /// The component that ended the run, by its index, where `isStopped`.
  public private(set) var stopper: Int?
  /// Acts for the components that were taken away from around an isolated part.
  public weak var player: (any BoundaryPlayer)?

  /// - Parameter leaps: whether components may advance in leaps; it changes nothing but the time that a run takes.
  public init(perturbation: Perturbation = Perturbation(), leaps: Bool = true) {
    self.perturbation = perturbation
    self.leaps = leaps
    shared = .allocate(capacity: 1)
    shared.initialize(to: SharedState())
  }

  deinit {
    for link in links { link.deallocate() }
    for endpoint in endpoints { endpoint.cell.deallocate() }
    shared.pointee.deallocate()
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
    components.append(component)
    clock.components.append(component)
  }

  /// The clocks' hot halves, once the simulation has started.
  var clocks: UnsafeMutableBufferPointer<UnsafeMutablePointer<DomainState>> { shared.pointee.clocks }

  func stop(by component: Component) {
    shared.pointee.isStopped = true
    stopper = component.index
  }

  /// Whether a component has ended the run.
  public var isStopped: Bool { shared.pointee.isStopped }

  /// Time of the last processed edge; -1 before the first.
  public var time: Femtoseconds { shared.pointee.time }

  /// The composable hash over all messages so far.
  public var eventHash: UInt64 { links.reduce(0) { $0 &+ $1.state.pointee.eventHash } }
}
