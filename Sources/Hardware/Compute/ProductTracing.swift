// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

/// One product that an array adds to an element of Z, as a debugger shows it.
public struct TracedProduct: Equatable, Sendable {
  /// The MAC: row and column in the array.
  public var row: Int
  public var lane: Int
  /// Position along K, from the first position of the step.
  public var position: Int
  public var a: Int
  public var b: Int
  /// How the two were brought together: the metadata that selected them, as it was decoded.
  public var selection: String
}

/// What one message (or pair of messages) of operands adds to an element of Z.
public struct TracedStep: Equatable, Sendable {
  /// Products whose value of A is not zero; B may be.
  public var products: [TracedProduct]
  /// Positions along K that the step covers, whether they hold values or not.
  public var extent: Int
}

/// An array that can tell which products it is about to form.
///
/// What it tells is read from the operands and the metadata that wait in front of it, so it is what the array multiplies;
/// nothing is computed anew from the layer.
public protocol ProductTracing: Component {
  /// Messages (or pairs of messages) of operands that were taken so far.
  var takenSteps: Int64 { get }

  /// What `z[row, column]` gets from each of the waiting steps, in the order in which they will be taken; nil for steps
  /// of other elements. At least as many as one tick can take, as far as they are there before the tick.
  func waitingSteps(row: Int, column: Int) -> [TracedStep?]
}

extension PEArray: ProductTracing {
  public var takenSteps: Int64 { windows.receivedCount }

  public func waitingSteps(row: Int, column: Int) -> [TracedStep?] {
    guard let window = windows.message(at: 0) else { return [] }
    let blockRow = row - Int(window.rowBlock) * specification.rows * place.arrays
    guard Int(window.column) == column, blockRow >= 0, blockRow < specification.rows * place.arrays,
      blockRow % place.arrays == place.array
    else { return [nil] }
    let status = registers.status
    let ownRow = blockRow / place.arrays
    let held = registers.row(ownRow, bank: window.flags.contains(.firstColumn) ? status.next : status.active)
    guard held.isUsed else { return [nil] }
    let products = (0..<specification.lanesPerRow).compactMap { lane -> TracedProduct? in
      guard held.values[lane] != 0 else { return nil }
      let position = Int(held.positions[lane])
      return TracedProduct(
        row: ownRow, lane: lane, position: position, a: Int(held.values[lane]), b: Int(window.words[position]),
        selection: selection(of: position))
    }
    return [TracedStep(products: products, extent: specification.windowWords)]
  }

  private func selection(of position: Int) -> String {
    // From rank 0 up: the place in its group, and which group of the rank that is.
    var (index, places) = (position, [String]())
    for (rank, shape) in specification.ranks.reversed().enumerated() {
      places.append("rank \(rank): \(rank == 0 ? "value" : "block") \(index % shape.of) of \(shape.of)")
      index /= shape.of
    }
    return (["group \(index)"] + places.reversed()).joined(separator: ", ")
  }
}

extension OuterProductArray: ProductTracing {
  public var takenSteps: Int64 { rows.receivedCount }

  public func waitingSteps(row: Int, column: Int) -> [TracedStep?] {
    var steps: [TracedStep?] = []
    while let a = rows.message(at: steps.count), let b = columns.message(at: steps.count) {
      let (ownRow, ownColumn) = (row - Int(a.first), column - Int(b.first))
      guard ownRow >= 0, ownRow < Int(a.extent), ownColumn >= 0, ownColumn < Int(b.extent) else {
        steps.append(nil)
        continue
      }
      var products: [TracedProduct] = []
      if let i = a.index(of: ownRow) {
        let j = b.index(of: ownColumn)
        let condensed = "bit \(ownRow) of A's bitmask is its non-zero \(i)"
        products.append(
          TracedProduct(
            row: i % specification.rows, lane: (j ?? 0) % specification.columns, position: 0, a: Int(a.words[i]),
            b: j.map { Int(b.words[$0]) } ?? 0,
            selection: j.map { "\(condensed), bit \(ownColumn) of B's its non-zero \($0)" }
              ?? "\(condensed), bit \(ownColumn) of B's is 0: no MAC"))
      }
      steps.append(TracedStep(products: products, extent: 1))
    }
    return steps
  }
}

extension CondensedVector {
  /// Which of the stored words belongs to a position of the tile; nil where that position holds zero.
  fileprivate func index(of position: Int) -> Int? {
    guard mask >> UInt64(position) & 1 == 1 else { return nil }
    return (mask & (UInt64(1) << UInt64(position) &- 1)).nonzeroBitCount
  }
}

extension TimeUnrolledArray: ProductTracing {
  public var takenSteps: Int64 { blocksA.receivedCount }

  public func waitingSteps(row: Int, column: Int) -> [TracedStep?] {
    guard let a = blocksA.message(at: 0), let b = blocksB.message(at: 0) else { return [] }
    let (ownRow, ownColumn) = (row - Int(a.first), column - Int(b.first))
    guard ownRow >= 0, ownRow < Int(a.extent), ownColumn >= 0, ownColumn < Int(b.extent) else { return [nil] }
    let size = DensityBoundBlock.size
    let products = (0..<size).compactMap { position -> TracedProduct? in
      let value = Int(a.words[ownRow * size + position])
      guard value != 0 else { return nil }
      return TracedProduct(
        row: ownRow, lane: ownColumn, position: position, a: value,
        b: Int(b.words[ownColumn * size + position]),
        selection: "position \(position) of a block of \(size), by the bitmasks of both operands")
    }
    return [TracedStep(products: products, extent: size)]
  }
}
