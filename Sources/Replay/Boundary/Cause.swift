// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

/// Something that happened at a part's boundary: when it did in the recording, and when in the replay.
final class Mark {
  let recorded: Femtoseconds
  /// Nil until it happens.
  var replayed: Femtoseconds?

  init(recorded: Femtoseconds) { self.recorded = recorded }
}

/// What a component around the part does depends on: replies of the part, as far as can be seen from outside of the
/// components.
struct Cause {
  /// What the part had given back on each of its outputs, by amounts, before the component did it, as far as that came to it
  /// by any way: it is not done again before as much has been. Zero for messages that give nothing back.
  var past: [SIMD8<Int64>]
  /// What the component waited for, or was busy without a break since: it is done again as long after each of these as it was.
  /// One of each link at the boundary at most, the latest.
  var ties: [Mark?]
  /// Whether it was busy since reset, so that it is not done before its recorded time.
  var isSinceReset: Bool

  init(outputs: Int, links: Int, isSinceReset: Bool) {
    past = Array(repeating: .zero, count: outputs)
    ties = Array(repeating: nil, count: links)
    self.isSinceReset = isSinceReset
  }

  /// What was done at `time` of the recording is done in the replay at the result at the earliest; nil where something that
  /// it was tied to has not happened.
  func due(for time: Femtoseconds) -> Femtoseconds? {
    var due = isSinceReset ? time : 0
    for case let tie? in ties {
      guard let replayed = tie.replayed else { return nil }
      due = max(due, replayed + time - tie.recorded)
    }
    return due
  }

  mutating func addPast(of other: Cause) {
    for output in past.indices { past[output] = Self.larger(past[output], other.past[output]) }
  }

  mutating func addTies(of other: Cause) {
    isSinceReset = isSinceReset || other.isSinceReset
    for link in ties.indices {
      guard let mark = other.ties[link], mark.recorded >= ties[link]?.recorded ?? -1 else { continue }
      ties[link] = mark
    }
  }

  static func larger(_ one: SIMD8<Int64>, _ other: SIMD8<Int64>) -> SIMD8<Int64> {
    one.replacing(with: other, where: other .> one)
  }
}

/// Elements in order, taken from the front.
struct Queue<Element> {
  private var elements: [Element] = []
  private var head = 0

  var isEmpty: Bool { head == elements.count }
  var count: Int { elements.count - head }
  var first: Element? { isEmpty ? nil : elements[head] }

  subscript(position: Int) -> Element {
    get { elements[head + position] }
    set { elements[head + position] = newValue }
  }

  mutating func append(_ element: Element) { elements.append(element) }

  @discardableResult
  mutating func removeFirst() -> Element {
    let element = elements[head]
    head += 1
    if head >= 256, head * 2 >= elements.count {
      elements.removeFirst(head)
      head = 0
    }
    return element
  }
}
