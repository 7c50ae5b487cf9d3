// SPDX-License-Identifier: Apache-2.0

extension Pattern {
  /// Sets elements of `tensor` to zero until it conforms to this pattern along `dimension`.
  ///
  ///     var weights = Tensor<Int8>(shape: [64, 32, 3, 3], elements: values)  // M, C, R, S
  ///     let report = try Pattern("RS->C1(4:6)->C0(2:4)").prune(&weights, along: 1)
  ///     report.keptShare(afterRank: 1)  // energy that both ranks left
  ///
  /// Lower ranks go first, as in the paper. Rank 0 keeps the G0 elements of largest magnitude in each group of H0. Each
  /// higher rank keeps the G blocks with the largest L2 norm of what the lower ranks left, compared by sum of squares,
  /// which is exact for integers. Of equals, the lower coordinate stays. A last, incomplete group is treated as padded
  /// with zeros, so it keeps up to G of what it has. Elements kept do not change; pruning twice is pruning once.
  ///
  /// - Precondition: the tensor has the dimension; floating-point elements are finite.
  /// - Complexity: O(elements · (log H0 + 1)).
  @discardableResult
  @specialized(where Element == Int8)
  @specialized(where Element == Int16)
  @specialized(where Element == Float)
  public func prune<Element: PrunableElement>(
    _ tensor: inout Tensor<Element>, along dimension: Int
  ) -> PruningReport<Element> {
    let fibers = Fibers(of: tensor.shape, along: dimension)
    let ranks = structuredRanks.count
    var report = PruningReport<Element>(ranks: ranks)
    var selection = GroupSelection<Element.Energy>()
    // energies[rank][coordinate]: sum of squares of a block, zero once it is pruned.
    var energies = Self.levels(of: self, length: fibers.length, zero: Element.Energy.zero)
    var kept = energies.dropLast().map { Array(repeating: true, count: $0.count) }
    for fiber in 0..<fibers.count {
      let start = fibers.start(of: fiber)
      for position in 0..<fibers.length {
        let energy = tensor.elements[start + position * fibers.stride].energy
        precondition(energy - energy == .zero, "only finite elements can be pruned")
        energies[0][position] = energy
        report.totalEnergy += energy
      }
      for rank in 0..<ranks {
        let rule = rule(ofRank: rank)
        for group in energies[rank + 1].indices {
          let range = group * rule.h..<min((group + 1) * rule.h, energies[rank].count)
          let sum = selection.keep(rule.g, of: range, energies: &energies[rank], kept: &kept[rank])
          energies[rank + 1][group] = sum
          report.keptEnergy[rank] += sum
        }
      }
      for position in 0..<fibers.length where !isKept(position, kept) {
        tensor.elements[start + position * fibers.stride] = .zero
      }
    }
    return report
  }

  /// Whether the blocks around `position` are kept at every rank.
  private func isKept(_ position: Int, _ kept: [[Bool]]) -> Bool {
    var coordinate = position
    for rank in kept.indices {
      guard kept[rank][coordinate] else { return false }
      coordinate /= rule(ofRank: rank).h
    }
    return true
  }

  /// One array per rank, for its coordinates, and a last one for the groups of the highest rank.
  static func levels<Energy>(of pattern: Pattern, length: Int, zero: Energy) -> [[Energy]] {
    var levels = [Array(repeating: zero, count: length)]
    for rank in pattern.structuredRanks.indices {
      let h = pattern.rule(ofRank: rank).h
      levels.append(Array(repeating: zero, count: (levels[rank].count + h - 1) / h))
    }
    return levels
  }
}

/// What pruning left of a tensor's energy (sum of squares).
public struct PruningReport<Element: PrunableElement>: Sendable {
  /// Before pruning.
  public internal(set) var totalEnergy: Element.Energy = .zero
  /// After each rank, rank 0 first; empty for a pattern without rules.
  public internal(set) var keptEnergy: [Element.Energy]

  init(ranks: Int) {
    keptEnergy = Array(repeating: .zero, count: ranks)
  }

  /// Share of the energy left after `rank` and all ranks below it, 0 to 1; 1 if there was none.
  public func keptShare(afterRank rank: Int) -> Double { Element.share(keptEnergy[rank], of: totalEnergy) }

  /// Share of the energy left in the end.
  public var keptShare: Double { keptEnergy.isEmpty ? 1 : keptShare(afterRank: keptEnergy.count - 1) }
}

/// Finds the largest of a group; owns its scratch memory, so that no group allocates.
struct GroupSelection<Energy: Comparable & AdditiveArithmetic> {
  private var sorted: [Energy] = []

  /// Keeps the `count` largest energies in `range`, of equals the first ones, clears the others, and returns the sum.
  mutating func keep(_ count: Int, of range: Range<Int>, energies: inout [Energy], kept: inout [Bool]) -> Energy {
    var sum = Energy.zero
    guard count < range.count else {
      for index in range {
        kept[index] = true
        sum += energies[index]
      }
      return sum
    }
    sorted.removeAll(keepingCapacity: true)
    sorted.append(contentsOf: energies[range])
    sorted.sort(by: >)
    let threshold = sorted[count - 1]
    // Every larger one stays; of those at the threshold, as many as there is room for.
    var equals = sorted[..<count].count { $0 == threshold }
    for index in range {
      let isEqual = energies[index] == threshold
      kept[index] = energies[index] > threshold || (isEqual && equals > 0)
      if kept[index] {
        if isEqual { equals -= 1 }
        sum += energies[index]
      } else {
        energies[index] = .zero
      }
    }
    return sum
  }
}
