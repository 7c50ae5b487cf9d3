// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

/// The cycles in which an array issued no step, split by what it waited for until the next step closes the account.
struct StallAccount: BitwiseCopyable {
  enum Kind: UInt8, BitwiseCopyable {
    /// `sums`: the array's own register file, which drains or accumulates too slowly.
    case input, output, sums, drain, idle
  }

  /// Cycles of a closed account.
  struct Stall: BitwiseCopyable {
    var input: Int64 = 0
    var output: Int64 = 0
    var sums: Int64 = 0
    var drain: Int64 = 0
    var idle: Int64 = 0

    var total: Int64 { input + output + sums + drain + idle }

    fileprivate mutating func add(_ cycles: Int64, _ kind: Kind) {
      switch kind {
      case .input: input += cycles
      case .output: output += cycles
      case .sums: sums += cycles
      case .drain: drain += cycles
      case .idle: idle += cycles
      }
    }
  }

  private var kind = Kind.input
  private(set) var isOpen = true
  /// First cycle of the current wait; the account opens at reset.
  private var since: Cycle = 0
  private var stall = Stall()

  /// Goes on waiting, from `cycle` on for `kind`; returns what is final already, which waiting for inputs is not.
  mutating func turn(to newKind: Kind, at cycle: Cycle) -> Stall? {
    guard isOpen else {
      isOpen = true
      since = cycle
      kind = newKind
      return nil
    }
    stall.add(cycle - since, kind)
    since = cycle
    kind = newKind
    let settled = Stall(
      input: 0, output: stall.output, sums: stall.sums, drain: stall.drain, idle: stall.idle)
    stall = Stall(input: stall.input)
    return settled.total > 0 ? settled : nil
  }

  /// Ends the wait before `cycle` and returns all that has not been returned; nil if nothing was waited for.
  mutating func close(at cycle: Cycle) -> Stall? {
    guard isOpen else { return nil }
    stall.add(cycle - since, kind)
    defer {
      stall = Stall()
      isOpen = false
    }
    return stall.total > 0 ? stall : nil
  }
}
