// SPDX-License-Identifier: Apache-2.0
import Benchmark
import Reference

/// The kernel against its yardsticks: 64 nodes, 256 messages that go round for 200,000 cycles.
let benchmarks: @Sendable () -> Void = {
  let (nodes, tokens, cycles) = (64, 256, 200_000)
  let expected = reference_ring_wheel(UInt32(nodes), UInt32(tokens), UInt64(cycles))
  let configuration = Benchmark.Configuration(
    metrics: [.cpuTotal], timeUnits: .microseconds, warmupIterations: 1, maxDuration: .seconds(60), maxIterations: 5)

  Benchmark("kernel: hssim", configuration: configuration) { benchmark in
    let ring = Ring(nodes: nodes, tokens: tokens)
    benchmark.startMeasurement()
    let outcome = try ring.run(cycles: Int64(cycles))
    benchmark.stopMeasurement()
    precondition(
      outcome.delivered == expected.delivered && outcome.sum == expected.sum, "the kernel delivers as the wheel does")
  }

  Benchmark("kernel: C++ timing wheel", configuration: configuration) { _ in
    let outcome = reference_ring_wheel(UInt32(nodes), UInt32(tokens), UInt64(cycles))
    precondition(outcome.sum == expected.sum, "the wheel is reproducible")
  }

  Benchmark("kernel: C++ binary heap", configuration: configuration) { _ in
    let outcome = reference_ring_heap(UInt32(nodes), UInt32(tokens), UInt64(cycles))
    precondition(
      outcome.delivered == expected.delivered && outcome.sum == expected.sum, "the heap delivers as the wheel does")
  }
}
