// SPDX-License-Identifier: Apache-2.0
import Statistics

extension PEArray {
  /// Lane-cycles of the array by cause; complete after `closeLedger`.
  ///
  /// - Parameter narrow: causes whose part cannot carry a dense step's window of operand B in a cycle.
  public func ledgerEntries(names: [String], narrow: Set<Cause> = []) -> [LedgerEntry] {
    ledger.entries(
      component: name, names: names, windowWords: specification.windowWords, denseWords: specification.lanesPerRow,
      narrow: narrow)
  }

  public var actionCounts: [ActionCount] {
    let word = Int64(specification.wordBits)
    let lanes = Int64(specification.lanesPerRow)
    func count(_ action: String, _ count: Int64, bits: Int64, rank: Int? = nil) -> ActionCount {
      ActionCount(component: name, action: action, count: count, bits: bits, isSparsityTax: rank != nil, rank: rank)
    }
    let loads = registers.status.rowsLoaded
    let slots = Int64(specification.slotsPerRow)
    let selection = specification.selection
    var counts = [
      count("mac_compute", state.effectual + state.wasted, bits: word),
      count("mac_gated", state.gated, bits: word),
      count("register_read", state.rowSteps * lanes, bits: word),
      count("register_write", loads * slots, bits: word),
      count("reduce_row", state.rowSteps, bits: 32 * lanes),
      count("rf_read", state.accumulatingRowSteps + state.drainedColumns * Int64(specification.rows), bits: 32),
      count("rf_write", state.rowSteps + state.reloadedColumns * Int64(specification.rows), bits: 32),
    ]
    if selection.selectsHeldBlocks {
      let blocks = Int64(specification.blocksPerRow(ofRank: 1))
      let selections = specification.hasHeldMetadata ? state.rowSteps * blocks : 0
      counts.append(count("select_rank1", selections, bits: Int64(specification.heldBlockBits), rank: 1))
    }
    for rank in selection.ranks.map(\.number) {
      // A rank that keeps everything has its multiplexers, and lets them be.
      let isUsed: Int64 = specification.rank(rank).hasMetadata ? 1 : 0
      let blocks = Int64(specification.blocksPerRow(ofRank: rank))
      let bits = Int64(specification.offsetBits(ofRank: rank))
      let selected = word * Int64(specification.blockWords(ofRank: rank))
      counts += [
        count("metadata_register_read_rank\(rank)", isUsed * state.rowSteps * blocks, bits: bits, rank: rank),
        count(
          "metadata_register_write_rank\(rank)", isUsed * loads * (rank == 0 ? slots : blocks), bits: bits, rank: rank),
        count("select_rank\(rank)", isUsed * state.rowSteps * blocks, bits: selected, rank: rank),
      ]
    }
    if selection.addsRuns {
      let additions = specification.rank(0).hasMetadata ? loads * lanes / 2 : 0
      counts.append(
        count("add_runs", additions, bits: Int64(selection.rank(0)?.offsetBits ?? 0), rank: 0))
    }
    return counts
  }
}
