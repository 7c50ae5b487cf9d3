// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

/// Why a component did not work in a cycle: who waited for whom, back to the one that was not waiting.
public struct WaitChain: Equatable {
  /// One component of the chain.
  public struct Step: Equatable {
    public let component: String
    public let activity: Activity.Kind
    /// Cycle of its own clock since which it does that.
    public let since: Cycle
    /// Whether its clock is not the core's.
    public let hasOtherClock: Bool
    /// What it waits for: a link, and the component at the link's other end.
    public let link: String?
    public let other: String?
  }

  public let steps: [Step]
  /// Whether the last waits for one that came before: nobody in the circle can go on by itself.
  public let isCircle: Bool

  /// Follows the waits at the timeline's position: a starved component to the one that should send, a blocked one to the
  /// one that should receive.
  public init(of component: Component, in simulation: Simulation) {
    var steps: [Step] = []
    var seen: Set<Int> = []
    var current = component
    var isCircle = false
    while true {
      guard seen.insert(current.index).inserted else {
        isCircle = true
        break
      }
      let activity = simulation.currentActivity(of: current)
      let link = activity.link >= 0 ? simulation.link(Int(activity.link)) : nil
      let next = link.map { simulation.components[activity.kind == .starved ? $0.sender : $0.receiver] }
      steps.append(
        Step(
          component: current.name, activity: activity.kind, since: simulation.activityStart(of: current),
          hasOtherClock: current.clock !== simulation.domains.first,
          link: link?.name, other: next?.name))
      guard let next else { break }
      current = next
    }
    self.steps = steps
    self.isCircle = isCircle
  }
}
