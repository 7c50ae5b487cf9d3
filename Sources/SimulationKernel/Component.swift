// SPDX-License-Identifier: Apache-2.0

/// A box of the block diagram: it owns its state and speaks to others only by timed messages over links.
///
/// A subclass declares its inputs, then its outputs, then its specification and state, and overrides `tick()` with a
/// list of stages. In a tick it may look at its inputs, receive from them, send on its outputs and change its own
/// state; it sees only what was sent at earlier edges, so the order in which components tick cannot show.
open class Component {
  // What every tick needs lies together, and close to a subclass's state.
  @usableFromInline final let domainState: UnsafeMutablePointer<DomainState>
  /// Position among the components of its domain, fixed when the simulation starts.
  final var slot = -1
  /// Position among all components in order of registration; independent of the order of ticking.
  public final let index: Int
  private let identity: Identity

  /// What is needed less often.
  private final class Identity {
    let name: String
    unowned let clock: ClockDomain
    let stateMemory: StateMemory

    init(name: String, clock: ClockDomain) {
      self.name = name
      self.clock = clock
      stateMemory = clock.simulation.stateMemory
    }
  }

  /// Hierarchical name, e.g. `PEArray[2]`; unique in a simulation.
  public final var name: String { identity.name }
  /// The clock the component ticks in.
  public final var clock: ClockDomain { identity.clock }
  /// What the kernel has booked for the component so far, once the simulation has started.
  final var account: ActivityAccount { domainState.pointee.accounts[slot] }
  /// What the component does now, once the simulation has started.
  final var activity: Activity.Code { domainState.pointee.activities[slot] }

  public init(_ name: String, in clock: ClockDomain) {
    identity = Identity(name: name, clock: clock)
    domainState = clock.state
    index = clock.simulation.components.count
    clock.simulation.register(self, in: clock)
  }

  /// Takes the place of another component, by its name.
  init(inPlaceOf other: Component) {
    identity = other.identity
    domainState = other.domainState
    index = other.index
  }

  /// Does one cycle's work and says what it came to.
  open func tick() -> Activity { .idle }

  /// Whether the component has nothing left to do when the simulation runs dry; a component that says false then is
  /// part of a deadlock.
  open var isFinished: Bool { true }

  /// The cycle being processed, in the component's clock.
  @inlinable
  public final var now: Cycle { domainState.pointee.cycle }

  /// Ends the simulation after the current edge.
  public final func stop() { clock.simulation.stop(by: self) }
}

/// The run-length account of one component's cycles, kept by the kernel.
@usableFromInline
struct ActivityAccount {
  /// First cycle of the stretch that is still open.
  var since: Cycle = 0
  /// Closed cycles per kind, indexed by its raw value.
  var idle: Int64 = 0
  var busy: Int64 = 0
  var starved: Int64 = 0
  var backpressured: Int64 = 0

  mutating func add(_ cycles: Int64, of kind: Activity.Kind) {
    switch kind {
    case .idle: idle += cycles
    case .busy: busy += cycles
    case .starved: starved += cycles
    case .backpressured: backpressured += cycles
    }
  }
}
