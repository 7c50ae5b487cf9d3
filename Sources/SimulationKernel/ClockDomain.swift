// SPDX-License-Identifier: Apache-2.0

/// A clock: components of a domain tick at its edges, and count cycles in it.
///
/// All domains start with an edge at time 0. Components of two domains whose edges coincide see only what was sent
/// at earlier edges, as within one domain.
public final class ClockDomain {
  /// Name as it appears in reports, e.g. `core`.
  public let name: String
  /// Time between two edges.
  public let period: Femtoseconds
  /// The simulation that drives the clock.
  public unowned let simulation: Simulation

  var components: [Component] = []
  let far = FarQueue()
  var leap: Leap?
  let state: UnsafeMutablePointer<DomainState>

  init(name: String, period: Femtoseconds, simulation: Simulation) {
    precondition(period > 0, "a clock period must be positive")
    self.name = name
    self.period = period
    self.simulation = simulation
    state = .allocate(capacity: 1)
    state.initialize(to: DomainState(period: period, components: [], far: Unmanaged.passUnretained(far), leap: nil))
  }

  deinit {
    state.pointee.deallocate()
    state.deallocate()
  }

  /// The last cycle that was processed; -1 before the first edge.
  public var cycle: Cycle { state.pointee.cycle }

  /// Number of edges from time 0 up to and including `time`.
  func cycles(through time: Femtoseconds) -> Cycle { time < 0 ? 0 : time / period + 1 }

  /// Fixes the set of components and allocates the wake structures.
  func freeze() {
    state.pointee.deallocate()
    state.pointee = DomainState(
      period: period, components: components, far: Unmanaged.passUnretained(far),
      leap: leap.map { Unmanaged.passUnretained($0) })
    for (slot, component) in components.enumerated() {
      component.slot = slot
      state.pointee.wake(ClockSlot(slot), at: 0)
    }
    for member in leap?.members ?? [] { state.pointee.addLeaper(ClockSlot(member.slot)) }
  }
}
