// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

/// The links between a part and the components around it. The same figure code wires the part in the recording and in the
/// replay, so that links and components have the same numbers in both.
struct Boundary {
  /// Whether a component is of the part, by its index.
  let isInside: [Bool]
  /// Links from around the part to it, and from it; by number.
  let inputs: [Int]
  let outputs: [Int]
  /// For each link, its place among `inputs` or `outputs`; nil where it is none of them.
  let inputPlaces: [Int?]
  let outputPlaces: [Int?]
  let links: [InspectedLink]
  /// For each component, the period of its clock.
  let periods: [Femtoseconds]

  init(of part: Set<String>, in simulation: Simulation) {
    isInside = simulation.components.map { part.contains($0.name) }
    links = (0..<simulation.linkCount).map { simulation.link($0) }
    periods = simulation.components.map(\.clock.period)
    let (isInside, all) = (isInside, links)
    inputs = all.indices.filter { !isInside[all[$0].sender] && isInside[all[$0].receiver] }
    outputs = all.indices.filter { isInside[all[$0].sender] && !isInside[all[$0].receiver] }
    let (ins, outs) = (inputs, outputs)
    inputPlaces = all.indices.map { ins.firstIndex(of: $0) }
    outputPlaces = all.indices.map { outs.firstIndex(of: $0) }
  }

  /// A cause that nothing is known of yet.
  func cause(isSinceReset: Bool = false) -> Cause {
    Cause(outputs: outputs.count, links: inputs.count + outputs.count, isSinceReset: isSinceReset)
  }

  /// Places of the boundary's links among a cause's ties.
  func tie(ofInput place: Int) -> Int { place }
  func tie(ofOutput place: Int) -> Int { inputs.count + place }

  /// The first edge of a component's clock at or after a time.
  func edge(of component: Int, at time: Femtoseconds) -> Femtoseconds {
    (time + periods[component] - 1) / periods[component] * periods[component]
  }

  /// The first edge of a component's clock behind a time.
  func edge(of component: Int, after time: Femtoseconds) -> Femtoseconds {
    (time / periods[component] + 1) * periods[component]
  }
}
