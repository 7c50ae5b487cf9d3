// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

/// Where two replays of a layer part: the first cycle behind which anything differs, and what differs there.
///
/// Windows of cycles are compared ahead, coarsely; the first that differs is gone through again cycle by cycle. Messages
/// are compared link by link, by when they were sent and what they carry; the state of a component only where both have
/// the same memory, which differing designs need not.
public struct Divergence: Equatable, Sendable {
  /// A message, as far as one of the two has it.
  public struct Message: Equatable, Sendable {
    public let link: String
    public let sender: String
    public let ordinal: Int64
    /// What each of them sent in that cycle; nil where it sent nothing.
    public let first: String?
    public let second: String?
  }

  /// First cycle of the first window of `StateHashWindow.cycles` behind which they differ.
  public let window: Cycle
  public let cycle: Cycle
  /// Components whose own state differs, and those that sent a message that does; in order.
  public let components: [String]
  /// Links with another traffic: what was sent, when, or what was taken from them.
  public let links: [String]
  /// The first message that differs; nil where none does in that cycle.
  public let message: Message?

  /// Searches from reset; both timelines are then at the cycle that was found, or at their ends.
  ///
  /// - Returns: nil where nothing differs.
  /// - Throws: as `Timeline.go`.
  public static func first(_ one: Timeline, _ other: Timeline) throws -> Divergence? {
    try one.go(to: -1)
    try other.go(to: -1)
    let view = DivergenceView(one.simulation, other.simulation)
    func goBoth(to cycle: Cycle) throws -> DivergenceView.Differences {
      try one.go(to: cycle)
      try other.go(to: cycle)
      return view.differences()
    }
    let length = StateHashWindow.cycles
    var position: Cycle = -1
    while true {
      let end = ((position + 1) / length + 1) * length - 1
      guard try goBoth(to: end).isEmpty else { break }
      if one.isAtEnd && other.isAtEnd { return nil }
      position = end
    }
    let window = position + 1
    var found = try goBoth(to: position)
    while found.isEmpty {
      position += 1
      found = try goBoth(to: position)
    }
    let start = position
    let message = try Self.message(one, other, view, at: start)
    let names = found.components.union(message.map { [$0.sender] } ?? [])
    return Divergence(
      window: window, cycle: start,
      components: one.simulation.components.map(\.name).filter(names.contains)
        + names.filter { name in !one.simulation.components.contains { $0.name == name } }.sorted(),
      links: found.links, message: message)
  }

  /// The first message of a cycle that only one of the two sent, or that carries something else.
  private static func message(
    _ one: Timeline, _ other: Timeline, _ view: DivergenceView, at cycle: Cycle
  ) throws -> Message? {
    func sends(_ timeline: Timeline) throws -> [String: [(
      ordinal: Int64, text: String, content: UInt64, sender: String
    )]] {
      try timeline.go(to: cycle - 1)
      let simulation = timeline.simulation
      var movements = LinkMovements(in: simulation)
      var sends: [String: [(ordinal: Int64, text: String, content: UInt64, sender: String)]] = [:]
      try timeline.walk(to: cycle) { _ in
        movements.look()
        for movement in movements.all {
          let link = simulation.link(movement.link)
          for ordinal in movement.sent {
            let message = simulation.message(ordinal, onLink: movement.link)
            sends[link.name, default: []].append(
              (
                ordinal, "\(message.bytes) bytes: \(message.text)", message.contentHash,
                simulation.components[link.sender].name
              ))
          }
        }
        return true
      }
      return sends
    }
    let (first, second) = (try sends(one), try sends(other))
    for name in view.linkNames {
      let (mine, theirs) = (first[name] ?? [], second[name] ?? [])
      for index in 0..<max(mine.count, theirs.count) {
        let a = index < mine.count ? mine[index] : nil
        let b = index < theirs.count ? theirs[index] : nil
        if let a, let b, a.content == b.content, a.ordinal == b.ordinal, a.text == b.text { continue }
        guard let some = a ?? b else { continue }
        return Message(
          link: name, sender: some.sender, ordinal: some.ordinal, first: a?.text, second: b?.text)
      }
    }
    return nil
  }
}

/// What two simulations have in common, and where it differs now.
struct DivergenceView {
  private let one: Simulation
  private let other: Simulation
  /// Positions of the components and links that both have, by name.
  private let components: [(name: String, Int, Int)]
  private let links: [(name: String, Int, Int)]
  /// Links of either, in the order of the first.
  let linkNames: [String]

  struct Differences {
    var components: Set<String> = []
    var links: [String] = []
    var isEmpty: Bool { components.isEmpty && links.isEmpty }
  }

  /// Compares two simulations at reset: what differs there already says only that the designs do, and is left out.
  init(_ one: Simulation, _ other: Simulation) {
    self.one = one
    self.other = other
    let memories = (one.stateSizes, other.stateSizes)
    let hashes = (one.ownStateHashes(), other.ownStateHashes())
    components = one.components.indices.compactMap { index in
      let name = one.components[index].name
      guard let place = other.components.firstIndex(where: { $0.name == name }),
        memories.0[index] == memories.1[place], hashes.0[index] == hashes.1[place]
      else { return nil }
      return (name, index, place)
    }
    let names = (0..<other.linkCount).map { other.link($0).name }
    let own = (0..<one.linkCount).map { one.link($0).name }
    links = own.indices.compactMap { index in names.firstIndex(of: own[index]).map { (own[index], index, $0) } }
    linkNames = own + names.filter { !own.contains($0) }
  }

  /// Components whose own state differs, and links with another traffic.
  func differences() -> Differences {
    var found = Differences()
    let hashes = (one.ownStateHashes(), other.ownStateHashes())
    for component in components where hashes.0[component.1] != hashes.1[component.2] {
      found.components.insert(component.name)
    }
    for link in links where one.trafficHash(ofLink: link.1) != other.trafficHash(ofLink: link.2) {
      found.links.append(link.name)
    }
    return found
  }
}
