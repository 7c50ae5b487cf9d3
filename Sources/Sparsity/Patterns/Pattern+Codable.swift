// SPDX-License-Identifier: Apache-2.0

extension Pattern: Codable {
  /// Reads a string in any notation.
  public init(from decoder: any Decoder) throws {
    try self.init(decoder.singleValueContainer().decode(String.self))
  }

  /// Writes the canonical notation.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension HardwareRule: Codable {
  /// Reads a string such as `C1(4:{4<=H<=8})->C0(2:{2<=H<=4})`.
  public init(from decoder: any Decoder) throws {
    try self.init(decoder.singleValueContainer().decode(String.self))
  }

  /// Writes the canonical notation.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
