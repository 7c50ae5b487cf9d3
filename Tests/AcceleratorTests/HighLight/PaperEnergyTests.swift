// SPDX-License-Identifier: Apache-2.0
import EnergyArea
import Sparsity
import Statistics
import Testing
import Workloads

@testable import Accelerators

/// The energy of a layer small enough for paper, with prices that make mental arithmetic possible.
///
/// The layer: M = 2, K = 64, N = 3 on the default machine, one K window. A runs as C1(4:8)->C0(2:4): in each group of 8
/// blocks of 4, blocks 0, 2, 4, 6 keep their values 0 and 3. B is non-zero at even positions: 32 of 64 words a column,
/// stored with bitmasks. So of a row's 16 lanes, 8 multiply and 8 are gated in each of 3 steps. Rows are dealt to the
/// arrays in turn: row 0 is in array 0, row 1 in array 1, arrays 2 and 3 have none.
///
/// Prices in pJ a bit: register 0.01, gate 0.001, adder 0.01, comparator 0.002, counter 0.02; 0.01 a multiplier cell.
/// A queue of s slots of b bits costs 0.01·b + 0.02·log2(s) to write, and 0.001·((2s - 1)·b + s·(log2(s) - 1)) more to
/// read.
struct PaperEnergyTests {
  private static let prices = """
    hssim_prices: 1
    name: paper
    technology: invented for a test
    primitives:
      register: {width_bits: 1, energy_pj: 0.01, area_um2: 6, source: test}
      bitwise: {width_bits: 32, energy_pj: 0.032, area_um2: 64, source: test}
      adder: {width_bits: 32, energy_pj: 0.32, area_um2: 320, source: test}
      comparator: {width_bits: 32, energy_pj: 0.064, area_um2: 96, source: test}
      counter: {width_bits: 32, energy_pj: 0.64, area_um2: 640, source: test}
      multiplier: {width_bits: 32, energy_pj: 10.24, area_um2: 1024, source: test}
    macros:
      dram:
        width_bits: 512
        energy_pj: {read: 512, write: 1024, metadata_read: 256, metadata_write: 128}
        area_um2: off-chip
        source: test
      glb_data: {width_bits: 512, depth: 4096, energy_pj: {read: 300, write: 320}, area_um2: 2e6, source: test}
      glb_metadata: {width_bits: 64, depth: 8192, energy_pj: {read: 25, write: 20}, area_um2: 5e5, source: test}
      rf_partial_sum: {width_bits: 8, depth: 2048, energy_pj: {read: 1.5, write: 1.7}, area_um2: 2e4, source: test}
      mac_int8: {width_bits: 8, energy_pj: {compute: 0.5, gated: 0.02}, area_um2: 300, source: test}
      fifo_memory:
        width_bits: 8
        depth: 64
        energy_pj: {read: 1, write: 2}
        area_um2: 700
        energy_by_width: linear
        energy_by_depth: square_root
        source: test
    """

  /// What a component did, how often, and what one time costs in pJ.
  private typealias Line = (component: String, action: String, count: Int64, picojoules: Double)

  /// Off chip: A is 2 rows of 16 bytes, 1 line; B 3 columns of 32 bytes, 2 lines; offsets of rank 1 are 2 x 24 bits, of
  /// rank 0 2 x 32 bits, bitmasks 3 x 64 bits, a line each. A column of Z is 2 bytes and leaves as a line.
  private static let memory: [Line] = [
    ("DRAM", "data_read", 3, 512), ("DRAM", "data_write", 3, 1024), ("DRAM", "metadata_read_rank1", 1, 256),
    ("DRAM", "metadata_read_rank0", 1, 256), ("DRAM", "metadata_read_b", 1, 256), ("DRAM", "metadata_write_z", 0, 128),
  ]

  /// On chip: what arrived is written, metadata as 8 words a line. Read are the 3 rows of data, and as many metadata
  /// words as hold something: 1 of 48 bits, 1 of 64 bits, 3 of 64 bits.
  private static let buffer: [Line] = [
    ("GLB", "data_read", 3, 300), ("GLB", "data_write", 3, 320),
    ("GLB", "metadata_read_b", 3, 25), ("GLB", "metadata_write_b", 8, 20),
    ("GLB", "metadata_read_rank1", 1, 25), ("GLB", "metadata_write_rank1", 8, 20),
    ("GLB", "metadata_read_rank0", 1, 25), ("GLB", "metadata_write_rank0", 8, 20),
  ]

  /// A field of f bits passes its share f/64 of a queue of 4 rows (0.68 to write, 1.132 to read), is written to and read
  /// from f flip-flops, shifted by one of 128 positions and counted by 7 bits (0.14). The shifter's 7 stages pass
  /// f + 2^s - 1 bits each, 3 gates a bit: 288 for 24, 344 for 32, 568 for 64.
  private static let decoders: [Line] = [
    ("MetadataDecoder.rank1", "decode", 2, 24.0 / 64 * 1.812 + 0.48 + 0.864 + 0.14),
    ("MetadataDecoder.rank0", "decode", 2, 32.0 / 64 * 1.812 + 0.64 + 1.032 + 0.14),
    ("MetadataDecoder.operandB", "decode", 3, 1.812 + 1.28 + 1.704 + 0.14),
  ]

  /// A row passes a queue of 4 (5.16 + 8.748) into the row buffer (5.12), an 8-bit pointer moves (0.16); 96 words of 8
  /// bits are read. The shifter takes 64 words from one of 256 positions in 8 stages that pass 759 words: 3·759·8 gates.
  /// The decompressor has a prefix count of 32·(1+...+6) adder bits, a butterfly of 3·6·512 gates, and blanking of 512;
  /// a mask of 64 bits passes a queue of 2 (0.66 + 0.852).
  private static let vfmu: [Line] = [
    ("VFMU", "buffer_row", 2, 13.908 + 5.12 + 0.16), ("VFMU", "read_word", 96, 0.08),
    ("VFMU", "shift_window", 3, 18.216 + 0.16), ("VFMU", "restore_zeros", 3, 6.72 + 9.216 + 0.512 + 1.512),
  ]

  /// A byte of B passes a register twice and a 2:1 multiplexer (0.184) in the source's queue and in each of 4 arrays',
  /// and 8 drivers for each array. A row of A is a quarter of a buffer row, is driven to 4 arrays and passes the queue of
  /// one (1.30 + 1.684); offsets pass a queue (24 bits: 0.26 + 0.332; 32 bits: 0.34 + 0.436) before and after the bus.
  /// 16 sums pass a queue of 2 (5.14 + 6.676) together, 32 drivers each.
  private static let networks: [Line] = [
    ("NoC.multicast", "multicast_byte", 192, 0.184 + 0.032 + 4 * 0.184),
    ("NoC.stationary", "transfer_row", 2, 13.908 / 4 + 0.512 + 2.984),
    ("NoC.stationary", "transfer_offsets_rank1", 2, 0.592 + 0.096 + 0.592),
    ("NoC.stationary", "transfer_offsets_rank0", 2, 0.776 + 0.128 + 0.776),
    ("NoC.collect", "collect_word", 192, 11.816 / 16 + 0.032),
  ]

  /// A rank-1 multiplexer has 8 inputs of a block of 32 bits: 15·32 + 8·2 gates; a rank-0 one 4 of 8 bits: 7·8 + 4·1. The
  /// tree of a row has 8·17 + 4·18 + 2·19 + 20 bits, the accumulator 32, of which the MACs bring 16·8. All 16 sums of each
  /// of 3 columns are drained, also of rows that hold nothing.
  private static func array(_ index: Int) -> [Line] {
    let rows: Int64 = index < 2 ? 1 : 0
    let name = "PEArray[\(index)]"
    return [
      (name, "mac_compute", rows * 24, 0.5), (name, "mac_gated", rows * 24, 0.02),
      (name, "register_read", rows * 48, 0.08), (name, "register_write", rows * 16, 0.08),
      (name, "metadata_register_read_rank1", rows * 24, 0.03), (name, "metadata_register_write_rank1", rows * 8, 0.03),
      (name, "metadata_register_read_rank0", rows * 48, 0.02), (name, "metadata_register_write_rank0", rows * 16, 0.02),
      (name, "select_rank1", rows * 24, 0.496), (name, "select_rank0", rows * 48, 0.060),
      (name, "reduce_row", rows * 3, 1.70), (name, "rf_read", 48, 1.5), (name, "rf_write", rows * 3, 1.7),
    ]
  }

  /// 64 sums of 32 bits pass a queue of 2 together (20.5 + 26.644); blanking 0.032, a multiplier of 32 x 31 cells, a
  /// 64-bit shifter of 6 stages (3·384 gates), rounding 0.32, clamping 2 x 0.064. A stored byte is a 64th of a column that
  /// passes a memory of 64 slots (64·(1 + 2)/64), and a register twice. A compressing machine would compare each byte
  /// with zero (0.016), pack (16.448) and align 64 of 128 words (7 stages: 64+65+67+71+79+95+127 = 568 words of 24 gates)
  /// and keep a bit of the mask (0.02). Sums that spill pass a queue of 16 columns of 4 lines: 64 bytes of it a line, its
  /// memory a quarter as deep; a counter 0.64. Those that come back pass two queues, of 4 and of 2 lines, and 4 x 512
  /// drivers.
  private static let results: [Line] = [
    ("ActivationUnit", "activate_word", 6, 47.144 / 64 + 0.032 + 9.92 + 1.152 + 0.32 + 0.128),
    ("CompressionUnit", "compress_word", 0, 0), ("CompressionUnit", "pass_word", 6, 3 + 0.16),
    ("SpillUnit", "spill_line", 0, 0), ("NoC.reload", "reload_line", 0, 0),
  ]

  private static func layer() throws -> GEMMLayer {
    let kept = (0..<64).map { position in (position / 4) % 2 == 0 && [0, 3].contains(position % 4) }
    return GEMMLayer(
      name: "paper", shape: GEMMShape(m: 2, k: 64, n: 3),
      a: (0..<2).flatMap { row in kept.map { $0 ? Int16(row + 3) : 0 } },
      bTransposed: (0..<3 * 64).map { $0 % 2 == 0 ? 5 : 0 }, declaredPattern: try Pattern("C1(4:8)->C0(2:4)"))
  }

  @Test func `a tiny layer costs what it does on paper, access by access`() throws {
    let machine = try highLight(["dram.model=ideal"])
    var outcome = try machine.simulate(Self.layer())
    let pricing = Pricing(
      try PriceTable(text: Self.prices, file: "paper.yaml"),
      options: Pricing.Options(pricedBits: machine.specification.pricedBits))
    let costs = try pricing.apply(to: &outcome.summary, &outcome.statistics, of: outcome.inventory)
    let lines =
      Self.memory + Self.buffer + Self.decoders + Self.vfmu + Self.networks + (0..<4).flatMap(Self.array) + Self.results
    var paper: [String: (count: Int64, attojoules: Int64)] = [:]
    for line in lines {
      paper["\(line.component).\(line.action)"] = (
        line.count, line.count * Int64((line.picojoules * 1e6).rounded())
      )
    }
    #expect(paper.count == outcome.statistics.actions.count)
    for (action, attojoules) in zip(outcome.statistics.actions, costs.actionAttojoules) {
      let name = "\(action.component).\(action.action)"
      let line = try #require(paper[name], "\(name)")
      #expect(action.count == line.count, "\(name)")
      #expect(attojoules == line.attojoules, "\(name)")
    }
    #expect(outcome.summary.energyAttojoules == paper.values.reduce(0) { $0 + $1.attojoules })
  }
}
