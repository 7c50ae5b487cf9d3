// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

/// A column of a block of Z as it leaves for memory.
@frozen
public struct OutputColumn: BitwiseCopyable, Sendable {
  /// Requantised values by row of the block.
  public var words: InlineArray<64, Int16>
  public var column: Int32
  public var rowBlock: Int32
}

/// The exact sums of a layer, where the activation unit saw them; row-major [M, N].
public final class ResultMatrix {
  public let rowCount: Int
  public let columnCount: Int
  private let storage: UnsafeMutableBufferPointer<Int32>
  /// Pages that were written.
  let changes: ChangedPages

  public init(rowCount: Int, columnCount: Int) {
    self.rowCount = rowCount
    self.columnCount = columnCount
    storage = .allocate(capacity: rowCount * columnCount)
    storage.initialize(repeating: 0)
    changes = ChangedPages(bytes: storage.count * MemoryLayout<Int32>.stride)
  }

  deinit {
    storage.deallocate()
    changes.deallocate()
  }

  func store(_ sum: Int32, row: Int, column: Int) {
    let position = row * columnCount + column
    storage[position] = sum
    changes.note(position * MemoryLayout<Int32>.stride)
  }

  /// The memory of the sums, for a component to make it part of its state.
  var bytes: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(storage) }

  /// One sum.
  public func element(row: Int, column: Int) -> Int32 {
    precondition(row >= 0 && row < rowCount && column >= 0 && column < columnCount, "a sum lies inside Z")
    return storage[row * columnCount + column]
  }

  /// The sums, row by row.
  public var elements: [Int32] { Array(storage) }
}

/// Applies the activation function to the sums and requantises them to the operand's width.
public final class ActivationUnit: Component, ActionReporting {
  /// What is computed: clamp(round-half-even(f(Z)·multiplier / 2^shift)).
  public struct Specification: Equatable, Sendable {
    public var appliesReLU: Bool
    public var multiplier: Int64
    public var shift: Int
    /// Bits of a result, 8 or 16.
    public var outputBits: Int
    public var rowsPerBlock: Int
    /// Rows that the unit is built for: at least those of this layer's blocks.
    public var builtRows: Int

    public init(
      appliesReLU: Bool, multiplier: Int64, shift: Int, outputBits: Int, rowsPerBlock: Int, builtRows: Int? = nil
    ) {
      self.appliesReLU = appliesReLU
      self.multiplier = multiplier
      self.shift = shift
      self.outputBits = outputBits
      self.rowsPerBlock = rowsPerBlock
      self.builtRows = max(rowsPerBlock, builtRows ?? 0)
    }
  }

  private struct Registers: BitwiseCopyable {
    var words: Int64 = 0
  }

  public let columns: Input<BlockColumn>
  public let outputs: Output<OutputColumn>

  let specification: Specification
  let result: ResultMatrix
  @State private var state: Registers

  public init(
    in clock: ClockDomain, name: String = "ActivationUnit", _ specification: Specification, result: ResultMatrix
  ) {
    precondition(specification.multiplier > 0 && specification.multiplier < 1 << 31, "a multiplier has 31 bits")
    precondition(specification.shift >= 0, "a shift is not negative")
    self.specification = specification
    self.result = result
    columns = Input("columns", of: name, in: clock)
    outputs = Output("outputs", of: name, in: clock)
    _state = State(Registers(), of: name, in: clock)
    clock.simulation.adoptState(result.bytes, of: name, changes: result.changes)
    super.init(name, in: clock)
  }

  public override func tick() -> Activity {
    guard !columns.isEmpty else { return columns.starved }
    guard outputs.isReady else { return outputs.backpressured }
    let block = columns.frontAddress
    let firstRow = Int(block.pointee.rowBlock) * specification.rowsPerBlock
    let rows = min(specification.rowsPerBlock, result.rowCount - firstRow)
    var output = OutputColumn(
      words: InlineArray(repeating: 0), column: block.pointee.column, rowBlock: block.pointee.rowBlock)
    for row in 0..<rows {
      let sum = block.pointee.sums[row]
      result.store(sum, row: firstRow + row, column: Int(block.pointee.column))
      output.words[row] = requantise(sum)
    }
    columns.drop()
    state.words += Int64(rows)
    outputs.send(output, bytes: rows * specification.outputBits / 8)
    return .worked
  }

  private func requantise(_ sum: Int32) -> Int16 {
    let activated = specification.appliesReLU ? max(sum, 0) : sum
    // A product has at most 62 bits: a longer shift leaves less than a half, which rounds to zero.
    guard specification.shift < 63 else { return 0 }
    let product = Int64(activated) * specification.multiplier
    let shift = Int64(truncatingIfNeeded: specification.shift)
    let half = (Int64(1) &<< shift) &>> 1
    // A half rounded up to an odd number goes back to the even one.
    let rounded = (product &+ half) &>> shift
    let isTie = half != 0 && (product &+ half) & (2 &* half &- 1) == 0
    let even = isTie ? rounded & ~1 : rounded
    let limit = Int64(1) &<< Int64(truncatingIfNeeded: specification.outputBits &- 1)
    return Int16(truncatingIfNeeded: min(max(even, -limit), limit &- 1))
  }

  public var actionCounts: [ActionCount] {
    [ActionCount(component: name, action: "activate_word", count: state.words, bits: 32, isSparsityTax: false)]
  }
}
