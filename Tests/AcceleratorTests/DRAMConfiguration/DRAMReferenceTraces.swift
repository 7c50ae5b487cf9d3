// SPDX-License-Identifier: Apache-2.0

import Hardware

/// The traces that the reference simulators ran; 64-byte lines, random numbers from splitmix64 with the seed given.
enum DRAMReferenceTrace {
  private static let lines: UInt64 = (1 << 30) / 64

  /// A large trace by its name in the reference results.
  static func large(_ name: String, count: Int) -> [DRAMTraceAccess]? {
    switch name {
    case "seq_read": sequential(count, isWrite: false)
    case "seq_write": sequential(count, isWrite: true)
    case "rand_mix": randomMix(count)
    case "burst16_read": bursts(count)
    default: nil
    }
  }

  private static func sequential(_ count: Int, isWrite: Bool) -> [DRAMTraceAccess] {
    (0..<count).map { DRAMTraceAccess(clock: 0, address: UInt64($0) * 64, isWrite: isWrite) }
  }

  /// Uniform lines of 1 GiB; every third draw on average is a write.
  private static func randomMix(_ count: Int) -> [DRAMTraceAccess] {
    var random = ReferenceGenerator(state: 2)
    return (0..<count).map { _ in
      let address = random.next() % lines * 64
      return DRAMTraceAccess(clock: 0, address: address, isWrite: random.next() % 3 == 0)
    }
  }

  /// Sixteen consecutive lines from a random kilobyte on.
  private static func bursts(_ count: Int) -> [DRAMTraceAccess] {
    var random = ReferenceGenerator(state: 3)
    var trace: [DRAMTraceAccess] = []
    while trace.count < count {
      let base = random.next() % (1 << 20) * 1024
      trace += (0..<16).map { DRAMTraceAccess(clock: 0, address: base + 64 * $0, isWrite: false) }
    }
    return Array(trace.prefix(count))
  }

  /// A micro trace by its name in the reference timelines.
  static func micro(_ name: String) -> [DRAMTraceAccess]? {
    func reads(_ count: Int, stride: UInt64, every clocks: Int64 = 0, from start: Int64 = 100) -> [DRAMTraceAccess] {
      (0..<count).map {
        DRAMTraceAccess(clock: start + clocks * Int64($0), address: stride * UInt64($0), isWrite: false)
      }
    }
    func access(_ clock: Int64, _ address: UInt64) -> DRAMTraceAccess {
      DRAMTraceAccess(clock: clock, address: address, isWrite: false)
    }
    return switch name {
    case "m01_one_read": reads(1, stride: 0)
    case "m02_two_reads_same_row": reads(2, stride: 64)
    case "m03_eight_reads_same_row": reads(8, stride: 64)
    case "m04_row_conflict": [access(100, 0), access(101, 256 << 10)]
    case "m05_row_conflict_late": [access(100, 0), access(400, 256 << 10)]
    case "m09_read_across_refresh": reads(400, stride: 64, every: 50, from: 0)
    default: nil
    }
  }
}

/// splitmix64 (Steele, Lea and Flood, OOPSLA 2014).
private struct ReferenceGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
