// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

/// The lane-cycles of one array by cause and blamed component, in memory that the simulation owns.
struct LaneLedger {
  private static let componentLimit = 64
  private let counts: StateArray<Int64>

  init(of owner: String, in clock: ClockDomain) {
    counts = StateArray(
      repeating: 0, count: Cause.allCases.count * Self.componentLimit, of: owner, in: clock)
  }

  /// Books `laneCycles` under `cause` through the fault of the component with index `blamed`.
  func book(_ laneCycles: Int64, _ cause: Cause, blamed: Int) {
    guard laneCycles != 0 else { return }
    precondition(blamed < Self.componentLimit, "a ledger holds \(Self.componentLimit) components")
    counts[cause.ledgerIndex * Self.componentLimit + blamed] += laneCycles
  }

  /// The entries that are not zero, with components by name.
  func entries(component: String, names: [String]) -> [LedgerEntry] {
    var entries: [LedgerEntry] = []
    for cause in Cause.allCases {
      for blamed in 0..<min(names.count, Self.componentLimit) {
        let laneCycles = counts[cause.ledgerIndex * Self.componentLimit + blamed]
        guard laneCycles != 0 else { continue }
        entries.append(
          LedgerEntry(component: component, cause: cause, blamed: names[blamed], laneCycles: laneCycles))
      }
    }
    return entries
  }
}

extension Cause {
  /// Position in `allCases`.
  fileprivate var ledgerIndex: Int {
    switch self {
    case .effectual: 0
    case .ineffectualBZero: 1
    case .ineffectualAZero: 2
    case .paddingShape: 3
    case .paddingPattern: 4
    case .loadImbalance: 5
    case .starvedRegisters: 6
    case .starvedNoC: 7
    case .starvedVFMU: 8
    case .starvedGLB: 9
    case .starvedMetadata: 10
    case .starvedDRAM: 11
    case .outputBackpressure: 12
    case .fill: 13
    case .drain: 14
    case .idle: 15
    }
  }
}
