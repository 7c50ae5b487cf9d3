// swift-tools-version: 6.1
// The benchmarks of hssim, a package of their own so that users of hssim do not fetch what measures it.
// `tools/bench` runs them and prints one table.
import PackageDescription

let benchmark: [Target.Dependency] = [.product(name: "Benchmark", package: "benchmark")]
let plugin: [Target.PluginUsage] = [.plugin(name: "BenchmarkPlugin", package: "benchmark")]

let package = Package(
  name: "hssim-benchmarks",
  dependencies: [
    .package(name: "hssim", path: ".."),
    .package(url: "https://github.com/ordo-one/benchmark", exact: "1.38.1", traits: []),
  ],
  targets: [
    .target(name: "Reference", path: "reference"),
    .executableTarget(
      name: "Kernel", dependencies: benchmark + ["Reference", .product(name: "hssim-modules", package: "hssim")],
      path: "Benchmarks/Kernel", plugins: plugin),
    .executableTarget(
      name: "Machines", dependencies: benchmark + [.product(name: "hssim-modules", package: "hssim")],
      path: "Benchmarks/Machines", plugins: plugin),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
