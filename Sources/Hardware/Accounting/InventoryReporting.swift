// SPDX-License-Identifier: Apache-2.0
import Statistics

/// A component that says what it is built of, and which parts its actions use.
///
/// Everything follows from its specification and the capacity of its links, so it is asked once the component is wired;
/// what that costs is for a price table to say. A queue belongs to the component that receives from it, and the energy
/// of passing it to the action that receives.
public protocol InventoryReporting {
  var inventory: Inventory { get }
}

/// A component's parts and recipes, listed under its name.
struct InventoryList {
  let component: String
  private(set) var inventory = Inventory()

  init(_ component: String) { self.component = component }

  /// Adds `count` parts that a design without sparsity would have as well.
  mutating func base(_ name: String, _ part: Part, count: Int = 1) {
    inventory.items.append(InventoryItem(component: component, name: name, part: part, count: Int64(count)))
  }

  /// Adds `count` parts that exist only for sparsity, and for `rank` where one rank causes them.
  mutating func tax(_ name: String, _ part: Part, count: Int = 1, rank: Int? = nil) {
    inventory.items.append(
      InventoryItem(
        component: component, name: name, part: part, count: Int64(count), isSparsityTax: true, rank: rank))
  }

  /// Says which parts work when the component does `action`.
  mutating func action(_ action: String, uses: [PartUse]) {
    inventory.recipes.append(ActionRecipe(component: component, action: action, uses: uses))
  }
}

extension Part {
  /// A queue in front of a receiver: registers, or a memory of its own where it is deep.
  ///
  /// *Assumption:* more than 8 slots are a memory; registers with a multiplexer would be larger.
  static func fifo(slots: Int, bits: Int) -> Part {
    slots <= 8 ? .queue(slots: slots, bits: bits) : .macro("fifo_memory", words: slots, bits: bits)
  }
}

extension [PartUse] {
  /// A word written to and read from a queue, once per `per` actions.
  static func passing(slots: Int, bits: Int, per: Int = 1) -> [PartUse] {
    let queue = Part.fifo(slots: slots, bits: bits)
    return [PartUse(queue, .write, per: Int64(per)), PartUse(queue, .read, per: Int64(per))]
  }

  /// One operation of `part`, once per `per` actions.
  static func using(_ part: Part, _ operation: PartOperation = .compute, count: Int = 1, per: Int = 1) -> [PartUse] {
    [PartUse(part, operation, count: Int64(count), per: Int64(per))]
  }
}

/// The smallest number of bits that tells `count` things apart.
func selectBits(_ count: Int) -> Int { count <= 1 ? 0 : Int.bitWidth - (count - 1).leadingZeroBitCount }
