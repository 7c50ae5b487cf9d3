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
    let rank1Selections = specification.hasRank1Metadata ? state.rowSteps : 0
    let rank0Selections = specification.hasRank0Metadata ? state.rowSteps : 0
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
    if selection.hasRank1 {
      let bits = Int64(selection.rank1OffsetBits)
      let blocks = Int64(specification.blocksPerRow)
      counts += [
        count("metadata_register_read_rank1", rank1Selections * blocks, bits: bits, rank: 1),
        count(
          "metadata_register_write_rank1", specification.hasRank1Metadata ? loads * blocks : 0, bits: bits, rank: 1),
        count("select_rank1", rank1Selections * blocks, bits: word * Int64(specification.blockValues), rank: 1),
      ]
    }
    if selection.selectsHeldBlocks {
      let selections = specification.hasHeldMetadata ? state.rowSteps * Int64(specification.blocksPerRow) : 0
      counts.append(count("select_rank1", selections, bits: Int64(specification.heldBlockBits), rank: 1))
    }
    if selection.hasRank0 {
      let bits = Int64(specification.valueCoding.bits)
      counts += [
        count("metadata_register_read_rank0", rank0Selections * lanes, bits: bits, rank: 0),
        count("metadata_register_write_rank0", specification.hasRank0Metadata ? loads * slots : 0, bits: bits, rank: 0),
        count("select_rank0", rank0Selections * lanes, bits: word, rank: 0),
      ]
    }
    if selection.addsRuns {
      let additions = specification.hasRank0Metadata ? loads * lanes / 2 : 0
      counts.append(count("add_runs", additions, bits: Int64(selection.rank0OffsetBits), rank: 0))
    }
    return counts
  }
}
