// SPDX-License-Identifier: Apache-2.0

/// A logic primitive that a table must price; the raw values are its names in the file.
public enum Primitive: String, CaseIterable, Sendable {
  case register
  case bitwise
  case adder
  case comparator
  case counter
  case multiplier
}

/// What a technology charges: energy per action and area, from a YAML file under `configs/energy`.
///
/// Energies are rounded once, when the file is read, to integer attojoules, areas to integer 1e-6 um^2; all that is
/// computed from them stays exact up to the one rounding of a composed price. `docs/energy.md` describes the file.
public struct PriceTable: Equatable, Sendable {
  /// The price of a primitive of `widthBits` bits; scales linearly with the width.
  public struct PrimitivePrice: Equatable, Sendable {
    public var widthBits: Int
    public var attojoules: Int64
    public var microSquareMicrons: Int64
    /// Leakage in attowatts (1e-18 W); nil where the table has none.
    public var leakageAttowatts: Int64?
    public var source: String

    public init(
      widthBits: Int, attojoules: Int64, microSquareMicrons: Int64, leakageAttowatts: Int64? = nil, source: String
    ) {
      self.widthBits = widthBits
      self.attojoules = attojoules
      self.microSquareMicrons = microSquareMicrons
      self.leakageAttowatts = leakageAttowatts
      self.source = source
    }
  }

  /// How a macro's energy per action follows a width other than the entry's.
  public enum WidthScaling: String, CaseIterable, Sendable {
    /// Another width is an error: it needs an entry of its own.
    case exact
    /// The width does not matter.
    case none
    /// In proportion.
    case linear
  }

  /// How a macro's energy per action follows a number of words other than the entry's.
  public enum DepthScaling: String, CaseIterable, Sendable {
    /// Another depth is an error: it needs an entry of its own.
    case exact
    /// The depth does not matter.
    case none
    /// With the square root, as the lines of a square memory do.
    case squareRoot = "square_root"
  }

  /// The price of a block as a whole: a memory, a MAC.
  public struct MacroPrice: Equatable, Sendable {
    public var widthBits: Int
    /// Words; 1 for logic.
    public var depth: Int
    /// Attojoules per action, by the action's name.
    public var attojoules: [String: Int64]
    /// Area; in proportion to every size that may scale, since bits take area however energy follows them. Nil off chip.
    public var microSquareMicrons: Int64?
    public var leakageAttowatts: Int64?
    public var widthScaling: WidthScaling
    public var depthScaling: DepthScaling
    public var source: String

    public init(
      widthBits: Int, depth: Int = 1, attojoules: [String: Int64], microSquareMicrons: Int64?,
      leakageAttowatts: Int64? = nil, widthScaling: WidthScaling = .exact, depthScaling: DepthScaling = .exact,
      source: String
    ) {
      self.widthBits = widthBits
      self.depth = depth
      self.attojoules = attojoules
      self.microSquareMicrons = microSquareMicrons
      self.leakageAttowatts = leakageAttowatts
      self.widthScaling = widthScaling
      self.depthScaling = depthScaling
      self.source = source
    }
  }

  /// A price stated for a design's own action or item, in place of one composed from its parts.
  public struct StatedPrice: Equatable, Sendable {
    /// Attojoules for an action, 1e-6 um^2 for an item.
    public var value: Int64
    public var source: String

    public init(value: Int64, source: String) {
      self.value = value
      self.source = source
    }
  }

  /// The name that results carry.
  public var name: String
  /// Node, voltage and conditions, in words.
  public var technology: String
  public var primitives: [Primitive: PrimitivePrice]
  public var macros: [String: MacroPrice]
  /// Stated prices by `component.action`; an index in brackets is left out: `PEArray.reduce_row`.
  public var actions: [String: StatedPrice]
  /// Stated areas by `component.item`, likewise.
  public var items: [String: StatedPrice]

  public init(
    name: String, technology: String, primitives: [Primitive: PrimitivePrice], macros: [String: MacroPrice],
    actions: [String: StatedPrice] = [:], items: [String: StatedPrice] = [:]
  ) {
    self.name = name
    self.technology = technology
    self.primitives = primitives
    self.macros = macros
    self.actions = actions
    self.items = items
  }

  /// The largest price or area in a file: 1 mJ, 1e9 um^2.
  static let largestValue: Int64 = 1_000_000_000_000_000

  /// A component's name as the table knows it: `PEArray[2]` is a `PEArray`.
  static func kind(ofComponent name: String) -> String {
    var kind = ""
    var depth = 0
    for character in name {
      if character == "[" { depth += 1 }
      if depth == 0 { kind.append(character) }
      if character == "]" { depth -= 1 }
    }
    return kind
  }
}
