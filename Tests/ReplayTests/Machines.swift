// SPDX-License-Identifier: Apache-2.0
import Foundation
import Hardware
import Sparsity
import Workloads

@testable import Accelerators

/// The root of the repository.
let repository = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized

/// Every shipped design by its name, those that reproduce published results too.
let shippedDesigns = DesignCatalogueUnderTest.names

private enum DesignCatalogueUnderTest {
  static let names = (try? catalogue().names) ?? []

  static func catalogue() throws -> DesignCatalogue {
    DesignCatalogue(try ConfigurationFolder(explicit: repository.appending(path: "configs").path))
  }
}

/// A shipped design with `key=value` overrides.
func machine(_ design: String = "highlight", _ overrides: [String] = []) throws -> any Machine {
  let folder = try ConfigurationFolder(explicit: repository.appending(path: "configs").path)
  let values = try DesignCatalogue(folder).design(design).values(among: DesignKind.schemas)
    .applying(overrides: overrides)
  return DesignKind.machine(values, part: try DRAMCatalogue(folder).part(of: values)?.specification)
}

/// A random product, small enough for every cycle to be visited.
func smallLayer(_ shape: GEMMShape = GEMMShape(m: 70, k: 96, n: 19), pattern: String? = "2:4") throws -> GEMMLayer {
  try SyntheticGEMM(shape, pattern: pattern, densityB: 0.6, seed: 7).layer()
}

/// The same with a pattern for which every rank that the design skips stores offsets.
func smallLayer(on design: String) throws -> GEMMLayer {
  try smallLayer(pattern: design == "highlight-3rank" ? "2:3->4:5->2:4" : "2:4")
}

/// A layer of MiniLM with its real operands: M 384, K 384, N 17.
func miniLMLayer() throws -> GEMMLayer {
  let trace = try LayerTrace(path: repository.appending(path: "traces/minilm/one-layer.yaml").path)
  return try trace.layers[0].load(seed: 0)
}

/// A product of several windows of recorded hashes: about 12,000 cycles.
func longLayer() throws -> GEMMLayer {
  try SyntheticGEMM(GEMMShape(m: 256, k: 384, n: 128), densityB: 0.6, seed: 7).layer()
}

/// The part that `dram.part` of a design names.
func memoryPart(of values: ParameterValues) throws -> DRAMSpecification? {
  let folder = try ConfigurationFolder(explicit: repository.appending(path: "configs").path)
  return try DRAMCatalogue(folder).part(of: values)?.specification
}
