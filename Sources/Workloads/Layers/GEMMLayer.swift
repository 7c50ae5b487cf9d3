// SPDX-License-Identifier: Apache-2.0

import Sparsity

/// What an accelerator runs: one matrix product Z = A·B with its operands' values.
public struct GEMMLayer: Sendable {
  /// Where the product comes from.
  public struct Source: Hashable, Sendable {
    /// `linear`, `conv2d` or `matmul`.
    public let operation: String
    /// Shape of the weights as they were given, before lowering.
    public let weights: [Int]
    /// Shape of the activations as they were given, before lowering.
    public let activations: [Int]

    public init(operation: String, weights: [Int], activations: [Int]) {
      self.operation = operation
      self.weights = weights
      self.activations = activations
    }
  }

  /// Unique in its trace; the groups of a grouped convolution are `<layer>.group<i>`.
  public let name: String
  public let shape: GEMMShape
  /// Operand A, weights: [M, K], row-major.
  public let a: [Int16]
  /// Operand B, activations, by columns: N vectors along K.
  public let activations: OperandVectors
  /// Width of an operand, 8 or 16; every value fits.
  public let operandBits: Int
  /// The pattern along K that A is declared to have, and has; nil if A is declared dense.
  public internal(set) var declaredPattern: Pattern?
  /// The pattern along K that each column of B is declared to have, and has; nil if B is declared dense or unstructured.
  public internal(set) var declaredActivationPattern: Pattern?
  public let output: OutputSpecification
  /// How often the network runs this layer; the simulation runs it once.
  public let repeatCount: Int
  public let source: Source
  let facts = OperandFacts()

  public var m: Int { shape.m }
  public var k: Int { shape.k }
  public var n: Int { shape.n }

  /// Operand B transposed: [N, K], row-major. A convolution's is put together for it, and may be large.
  public var bTransposed: [Int16] { activations.elements }

  /// A layer whose operand B is a matrix, transposed [N, K].
  ///
  /// - Precondition: as of the other initialiser.
  public init(
    name: String, shape: GEMMShape, a: [Int16], bTransposed: [Int16], operandBits: Int = 8,
    declaredPattern: Pattern? = nil, declaredActivationPattern: Pattern? = nil,
    output: OutputSpecification = OutputSpecification(), repeatCount: Int = 1, source: Source? = nil
  ) {
    self.init(
      name: name, shape: shape, a: a,
      activations: OperandVectors(bTransposed, count: shape.n, length: shape.k), operandBits: operandBits,
      declaredPattern: declaredPattern, declaredActivationPattern: declaredActivationPattern, output: output,
      repeatCount: repeatCount, source: source)
  }

  /// - Precondition: the operands fill `shape` and fit in `operandBits`.
  public init(
    name: String, shape: GEMMShape, a: [Int16], activations: OperandVectors, operandBits: Int = 8,
    declaredPattern: Pattern? = nil, declaredActivationPattern: Pattern? = nil,
    output: OutputSpecification = OutputSpecification(), repeatCount: Int = 1, source: Source? = nil
  ) {
    precondition(a.count == shape.m * shape.k, "operand A fills M x K")
    precondition(activations.count == shape.n && activations.length == shape.k, "operand B fills N x K")
    precondition(operandBits == 8 || operandBits == 16, "operands have 8 or 16 bits")
    precondition(repeatCount > 0, "a layer runs at least once")
    self.name = name
    self.shape = shape
    self.a = a
    self.activations = activations
    self.operandBits = operandBits
    self.declaredPattern = declaredPattern
    self.declaredActivationPattern = declaredActivationPattern
    self.output = output
    self.repeatCount = repeatCount
    self.source =
      source ?? Source(operation: "matmul", weights: [shape.m, shape.k], activations: [shape.k, shape.n])
  }

  /// Multiplications of the product without regard to zeros, M·N·K.
  public var denseMACs: Int { m * n * k }

  /// A bound on |Z| for every partial sum in any order: the largest row sum of |A| times the largest |B|.
  ///
  /// An accumulator that can hold it never overflows. For int8 operands and K below 131,072 it fits in 32 bits.
  public var largestPossibleSum: Int {
    var largestRow = 0
    for row in 0..<m {
      var sum = 0
      for position in row * k..<(row + 1) * k { sum += Int(a[position].magnitude) }
      largestRow = max(largestRow, sum)
    }
    var largestActivation = 0
    activations.forEachBlock { _, values in
      largestActivation = values.reduce(largestActivation) { max($0, Int($1.magnitude)) }
    }
    return largestRow * largestActivation
  }
}
