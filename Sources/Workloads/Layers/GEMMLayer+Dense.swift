// SPDX-License-Identifier: Apache-2.0

extension GEMMLayer {
  /// The same layer with its operands declared to have no pattern: a design multiplies every value, zero or not.
  public var withoutPattern: GEMMLayer {
    var layer = self
    layer.declaredPattern = nil
    layer.declaredActivationPattern = nil
    return layer
  }
}
