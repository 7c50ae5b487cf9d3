// SPDX-License-Identifier: Apache-2.0
import Sparsity

/// How real values become integers: x is kept as round-half-even(x / scale), and scale is max|x| / (2^(bits-1) - 1).
///
/// The most negative integer is not used, so that the range is symmetric. A share of the tensor that is all zeros has
/// scale 1.
public struct SymmetricQuantisation: Sendable {
  /// What has a scale of its own.
  public enum Granularity: String, Sendable, CaseIterable {
    case perTensor = "per-tensor"
    /// Each index of the first dimension: an output channel of weights.
    case perChannel = "per-channel"
  }

  public let granularity: Granularity
  /// Width of the integers, 8 or 16.
  public let bits: Int

  /// - Precondition: `bits` is 8 or 16.
  public init(granularity: Granularity = .perTensor, bits: Int = 8) {
    precondition(bits == 8 || bits == 16, "operands have 8 or 16 bits")
    self.granularity = granularity
    self.bits = bits
  }

  /// Integers, and the scale of each channel (one for the whole tensor); nil for values that were integers and are kept.
  ///
  /// - Throws: `WorkloadError` of kind `content`: a value that is not finite, is too small to be told from zero, or is an
  ///   integer that needs more bits.
  public func quantise(
    _ values: TensorValues, file: String, tensor: String
  ) throws(WorkloadError) -> (tensor: WritableTensor, scales: [Double]?) {
    func error(_ index: Int, _ problem: String, allowed: String) -> WorkloadError {
      WorkloadError(
        .content, file: file, field: tensor.isEmpty ? nil : tensor,
        "the element at \(Self.place(index, in: values.shape)) is \(problem)", allowed: allowed)
    }
    let largest = bits == 8 ? 127 : 32767
    switch values.elements {
    case .integers(let integers):
      if let index = integers.firstIndex(where: { !(Int64(-largest - 1)...Int64(largest)).contains($0) }) {
        throw error(index, "\(integers[index])", allowed: "integers of \(bits) bits, which are kept as they are")
      }
      return (writable(values.shape, integers.map { Int16($0) }), nil)
    case .reals(let reals):
      if let index = reals.firstIndex(where: { !$0.isFinite }) {
        throw error(index, "\(reals[index])", allowed: "finite values")
      }
      let channels = granularity == .perChannel ? values.shape[0] : 1
      let size = reals.count / channels
      var integers: [Int16] = []
      integers.reserveCapacity(reals.count)
      var scales: [Double] = []
      for channel in 0..<channels {
        let share = reals[channel * size..<(channel + 1) * size]
        let magnitude = share.reduce(0) { max($0, $1.magnitude) }
        let scale = magnitude == 0 ? 1 : magnitude / Double(largest)
        guard scale.isNormal, let first = share.indices.first else {
          throw error(channel * size, "one of a tensor of at most \(magnitude)", allowed: "values that have a scale")
        }
        for value in reals[first..<first + size] { integers.append(Int16((value / scale).rounded(.toNearestOrEven))) }
        scales.append(scale)
      }
      return (writable(values.shape, integers), scales)
    }
  }

  private func writable(_ shape: [Int], _ elements: [Int16]) -> WritableTensor {
    bits == 8
      ? .int8(Tensor(shape: shape, elements: elements.map { Int8($0) }))
      : .int16(Tensor(shape: shape, elements: elements))
  }

  private static func place(_ index: Int, in shape: [Int]) -> [Int] {
    var rest = index
    return Array(
      shape.reversed().map { extent in
        let coordinate = rest % extent
        rest /= extent
        return coordinate
      }.reversed())
  }
}
