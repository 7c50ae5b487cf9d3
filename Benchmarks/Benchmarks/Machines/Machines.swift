// SPDX-License-Identifier: Apache-2.0
import Accelerators
import Benchmark
import Hardware
import Sparsity
import Workloads

/// Whole layers, exact check included, against the untimed product of the same operands; and a memory alone.
let benchmarks: @Sendable () -> Void = {
  let configuration = Benchmark.Configuration(
    metrics: [.cpuTotal], timeUnits: .microseconds, warmupIterations: 1, maxDuration: .seconds(120), maxIterations: 5)
  let size = 512

  for (design, pattern) in [
    ("highlight", nil), ("highlight", "4:6->2:3"), ("highlight", "4:8->2:4"), ("tc", nil), ("stc", "2:4"),
    ("s2ta", "4:8"), ("dstc", nil), ("dstc", "2:4"),
  ] as [(String, String?)] {
    for recordsSpans in design == "highlight" ? [false, true] : [false] {
      let name = "\(design), \(pattern ?? "dense")\(recordsSpans ? ", spans" : "")"
      Benchmark("machine: \(name)", configuration: configuration) { benchmark in
        let machine = try shipped(design)
        // Four at a time: processor time is counted in hundredths of a second. Each has operands of its own, and so a reference
        // product of its own.
        let layers = try (0..<4).map { _ in try product(size, pattern: pattern) }
        benchmark.startMeasurement()
        for layer in layers {
          blackHole(try machine.simulate(layer, options: LayerOptions(recordsSpans: recordsSpans)))
        }
        benchmark.stopMeasurement()
      }
    }
  }

  // Ten at a time, for the same reason.
  Benchmark("reference: ten products of dense operands", configuration: configuration) { benchmark in
    let layer = try product(size, pattern: nil)
    let a = Tensor(shape: [layer.m, layer.k], elements: layer.a)
    let b = Tensor(shape: [layer.n, layer.k], elements: layer.bTransposed)
    benchmark.startMeasurement()
    for _ in 0..<10 { blackHole(try ReferenceProduct.multiply(a, bColumns: b)) }
    benchmark.stopMeasurement()
  }

  Benchmark("memory: 200,000 random reads of DDR4", configuration: configuration) { benchmark in
    let part = try DRAMCatalogue(ConfigurationFolder()).part("calibration/ram_ddr4_2400R_RoBaRaCoCh", option: "part")
    var replay = try DRAMTraceReplay(part.specification)
    let trace = randomReads(200_000)
    benchmark.startMeasurement()
    let statistics = replay.run(trace)
    benchmark.stopMeasurement()
    blackHole(statistics)
  }
}

/// A design of `configs/designs` with its defaults.
private func shipped(_ design: String) throws -> any Machine {
  let folder = try ConfigurationFolder()
  let values = try DesignCatalogue(folder).design(design).values(among: DesignKind.schemas)
  return DesignKind.machine(values, part: try DRAMCatalogue(folder).part(of: values)?.specification)
}

private func product(_ size: Int, pattern: String?) throws -> GEMMLayer {
  try SyntheticGEMM(GEMMShape(m: size, k: size, n: size), pattern: pattern).layer()
}

/// Lines of 64 bytes anywhere in 1 GiB.
private func randomReads(_ count: Int) -> [DRAMTraceAccess] {
  var random = SplitMix64(seed: 1)
  return (0..<count).map { _ in
    DRAMTraceAccess(clock: 0, address: random.next() % (1 << 24) * 64, isWrite: false)
  }
}
