// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Statistics

/// The lane-cycles of one array by cause and blamed component, in memory that the simulation owns.
struct LaneLedger {
  private static let componentLimit = 64
  private let counts: NotedArray<Int64>
  /// Those of them in which the window of operand B was the input that came last.
  private let windowCounts: NotedArray<Int64>

  init(of owner: String, in clock: ClockDomain) {
    counts = NotedArray(repeating: 0, count: Cause.allCases.count * Self.componentLimit, of: owner, in: clock)
    windowCounts = NotedArray(repeating: 0, count: Cause.allCases.count * Self.componentLimit, of: owner, in: clock)
  }

  /// Books `laneCycles` under `cause` through the fault of the component with index `blamed`.
  ///
  /// - Parameter isWindowLate: whether a window of operand B was waited for.
  func book(_ laneCycles: Int64, _ cause: Cause, blamed: Int, isWindowLate: Bool = false) {
    guard laneCycles != 0 else { return }
    precondition(blamed < Self.componentLimit, "a ledger holds \(Self.componentLimit) components")
    let index = cause.ledgerIndex * Self.componentLimit + blamed
    counts.store(counts[index] + laneCycles, at: index)
    if isWindowLate { windowCounts.store(windowCounts[index] + laneCycles, at: index) }
  }

  /// The entries that are not zero, with components by name.
  ///
  /// - Parameters:
  ///   - windowWords: words of the layer's windows of operand B.
  ///   - denseWords: words of a dense step's window.
  ///   - narrow: causes whose part cannot carry a dense step's window in a cycle either.
  func entries(
    component: String, names: [String], windowWords: Int, denseWords: Int, narrow: Set<Cause>
  ) -> [LedgerEntry] {
    var entries: [LedgerEntry] = []
    for cause in Cause.allCases {
      for blamed in 0..<min(names.count, Self.componentLimit) {
        let index = cause.ledgerIndex * Self.componentLimit + blamed
        let laneCycles = counts[index]
        guard laneCycles != 0 else { continue }
        // A part that carries a dense step's window in a cycle stalls nobody but for the words beyond it; one that does
        // not stalls for all words, and those beyond are their share of it.
        let beyond = Int64(windowWords - denseWords)
        let whole = windowWords > denseWords ? windowCounts[index] : 0
        let widened = narrow.contains(cause) ? windowCounts[index] * beyond / Int64(windowWords) : whole
        entries.append(
          LedgerEntry(
            component: component, cause: cause, blamed: names[blamed], laneCycles: laneCycles,
            taxLaneCycles: cause.isWidthOfWindows ? widened : nil))
      }
    }
    return entries
  }
}

extension Cause {
  /// Whether a stall on operand B under this cause lasts the longer the wider the windows are: those of the way from
  /// buffer to arrays. Memory moves the bytes of B whatever the windows are.
  fileprivate var isWidthOfWindows: Bool {
    switch self {
    case .starvedGLB, .starvedVFMU, .starvedNoC: true
    default: false
    }
  }

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
