// SPDX-License-Identifier: Apache-2.0
import Statistics
import Testing
import Workloads

@testable import Accelerators

/// Cycles lost because a sparse step's window of operand B is wider than a dense one's.
struct WidenedWindowTests {
  private func ledger(_ pattern: String?, nocBytes: Int) throws -> Ledger {
    let layer = try SyntheticGEMM(GEMMShape(m: 64, k: 512, n: 256), pattern: pattern).layer()
    return try highLight(memoryOutOfTheWay + ["noc.bytes_per_cycle=\(nocBytes)"]).simulate(layer).statistics.ledger
  }

  private func entries(_ ledger: Ledger, _ cause: Cause) -> [LedgerEntry] {
    ledger.entries.filter { $0.cause == cause }
  }

  /// A window of 64 words takes 4 cycles on a network of 16 bytes a cycle, one of 16 words takes 1: of every 4 cycles 3
  /// are lost, and all three because the window is wide.
  @Test func `a network as wide as a dense step stalls for wide windows alone`() throws {
    let noc = entries(try ledger("4:8->2:4", nocBytes: 16), .starvedNoC)
    #expect(!noc.isEmpty)
    let lost = noc.reduce(0) { $0 + $1.laneCycles }
    // 8 K windows of 256 columns, 3 cycles each but the first, which is fill. An array that gets its part of A later
    // than its neighbours does not lose the cycles that its first windows wait for it.
    let most = Int64(1024 * 3 * (8 * 256 - 1))
    #expect(lost <= most && lost >= most - 1024 * 3 * 8, "\(lost) of \(most)")
    #expect(noc.allSatisfy { $0.taxLaneCycles == $0.laneCycles })
  }

  @Test func `a network narrower than a dense step stalls dense layers too, and taxes the share beyond`() throws {
    let sparse = entries(try ledger("4:8->2:4", nocBytes: 8), .starvedNoC)
    #expect(!sparse.isEmpty)
    #expect(sparse.allSatisfy { $0.taxLaneCycles == $0.laneCycles * 48 / 64 })
    let dense = entries(try ledger(nil, nocBytes: 8), .starvedNoC)
    #expect(!dense.isEmpty)
    #expect(dense.allSatisfy { $0.taxLaneCycles == 0 })
  }

  @Test func `other causes are a tax wholly or not at all`() throws {
    for pattern in [nil, "4:8->2:4", "1:4->1:4"] {
      for entry in try ledger(pattern, nocBytes: 64).entries
      where ![.starvedGLB, .starvedNoC, .starvedVFMU].contains(entry.cause) {
        #expect(entry.taxLaneCycles == (entry.cause.isSparsityTax ? entry.laneCycles : 0), "\(entry)")
      }
    }
  }
}
