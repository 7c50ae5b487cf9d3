// SPDX-License-Identifier: Apache-2.0
import Benchmark
import Reference

/// The kernel against its yardsticks: components that wake themselves, and messages that go round a ring.
let benchmarks: @Sendable () -> Void = {
  let configuration = Benchmark.Configuration(
    metrics: [.cpuTotal], timeUnits: .microseconds, warmupIterations: 1, maxDuration: .seconds(60), maxIterations: 5)

  /// Measures a driver, which must come to what the timing wheel comes to.
  func measure(
    _ name: String, expecting expected: reference_outcome, _ drive: @escaping @Sendable () -> reference_outcome
  ) {
    Benchmark(name, configuration: configuration) { _ in
      let outcome = drive()
      precondition(outcome.events == expected.events && outcome.sum == expected.sum, "\(name) does the same")
    }
  }

  // 16 are about as many components as a machine has.
  for actors in [16, 64, 512] {
    let cycles = 256_000_000 / actors
    let expected = reference_hold_wheel(UInt32(actors), UInt64(cycles))
    measure("wake-ups of \(actors): hssim", expecting: expected) {
      let hold = Hold(actors: actors)
      guard let outcome = try? hold.run(cycles: Int64(cycles)) else { preconditionFailure("sleepers never deadlock") }
      return reference_outcome(events: outcome.events, sum: outcome.sum)
    }
    measure("wake-ups of \(actors): C++ timing wheel", expecting: expected) {
      reference_hold_wheel(UInt32(actors), UInt64(cycles))
    }
    measure("wake-ups of \(actors): C++ binary heap", expecting: expected) {
      reference_hold_heap(UInt32(actors), UInt64(cycles))
    }
  }

  let (nodes, tokens, cycles) = (64, 256, 600_000)
  let expected = reference_ring_wheel(UInt32(nodes), UInt32(tokens), UInt64(cycles))
  measure("messages: hssim", expecting: expected) {
    let ring = Ring(nodes: nodes, tokens: tokens)
    guard let outcome = try? ring.run(cycles: Int64(cycles)) else { preconditionFailure("tokens go round for ever") }
    return reference_outcome(events: outcome.events, sum: outcome.sum)
  }
  measure("messages: C++ timing wheel", expecting: expected) {
    reference_ring_wheel(UInt32(nodes), UInt32(tokens), UInt64(cycles))
  }
  measure("messages: C++ binary heap", expecting: expected) {
    reference_ring_heap(UInt32(nodes), UInt32(tokens), UInt64(cycles))
  }
}
