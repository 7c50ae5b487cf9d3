// swift-tools-version: 6.1
// The package of hssim. Imports point one way; the target list below is in that order:
//   hssim -> {Replay, Accelerators, EnergyArea, Recording, Workloads};  Replay -> {Accelerators, Recording}
//   Accelerators -> {Hardware, Workloads}
//   Hardware -> {SimulationKernel, Sparsity, Statistics}
//   Workloads -> Sparsity;  Recording -> Statistics;  EnergyArea -> Statistics
import PackageDescription

let package = Package(
  name: "hssim",
  products: [
    .executable(name: "hssim", targets: ["hssim"]),
    // For the benchmarks, a package of their own; no interface that is kept stable.
    .library(
      name: "hssim-modules", targets: ["SimulationKernel", "Sparsity", "Workloads", "Hardware", "Accelerators"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    .target(
      name: "SimulationKernel",
      dependencies: [.product(name: "HeapModule", package: "swift-collections")]),
    .target(name: "Sparsity"),
    .target(name: "Statistics"),
    .target(
      name: "Workloads",
      dependencies: ["Sparsity", .product(name: "Yams", package: "Yams")]),
    .target(name: "Hardware", dependencies: ["SimulationKernel", "Sparsity", "Statistics"]),
    .target(
      name: "Accelerators",
      dependencies: ["Hardware", "Workloads", .product(name: "Yams", package: "Yams")]),
    .target(
      name: "Recording",
      dependencies: [
        "Statistics", .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ]),
    .target(
      name: "EnergyArea",
      dependencies: ["Statistics", .product(name: "Yams", package: "Yams")]),
    .target(name: "Replay", dependencies: ["Accelerators", "Recording"]),
    .executableTarget(
      name: "hssim",
      dependencies: [
        "Accelerators", "EnergyArea", "Recording", "Replay", "Workloads",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .testTarget(name: "SimulationKernelTests", dependencies: ["SimulationKernel"]),
    .testTarget(name: "SparsityTests", dependencies: ["Sparsity"]),
    .testTarget(name: "StatisticsTests", dependencies: ["Statistics"]),
    .testTarget(name: "WorkloadsTests", dependencies: ["Workloads"]),
    .testTarget(name: "HardwareTests", dependencies: ["Hardware"]),
    .testTarget(name: "AcceleratorTests", dependencies: ["Accelerators", "EnergyArea"]),
    .testTarget(name: "EnergyAreaTests", dependencies: ["EnergyArea"]),
    .testTarget(name: "RecordingTests", dependencies: ["Recording"]),
    .testTarget(name: "ReplayTests", dependencies: ["Replay"]),
    .testTarget(name: "CommandLineTests", dependencies: ["hssim", "Recording"]),
  ],
  swiftLanguageModes: [.v6]
)
