// SPDX-License-Identifier: Apache-2.0

extension GEMMLayer {
  /// The same layer with its operands declared to have no pattern: a design multiplies every value, zero or not.
  public var withoutPattern: GEMMLayer {
    GEMMLayer(
      name: name, shape: shape, a: a, activations: activations, operandBits: operandBits, output: output,
      repeatCount: repeatCount, source: source)
  }
}
