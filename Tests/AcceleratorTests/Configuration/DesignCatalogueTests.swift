// SPDX-License-Identifier: Apache-2.0
import Accelerators
import Foundation
import Testing

@Suite struct `The design catalogue` {
  @Test func `finds designs by name, subfolders included`() throws {
    try withTemporaryFolder { folder in
      let catalogue = try makeCatalogue(in: folder)
      #expect(catalogue.names == ["calibration/tc", "sample"])
      #expect(try catalogue.design("sample").name == "sample")
      #expect(try catalogue.design("calibration/tc").name == "tc")
    }
  }

  @Test func `reads a file wherever it lies`() throws {
    try withTemporaryFolder { folder in
      let catalogue = try makeCatalogue(in: folder)
      #expect(try catalogue.design(folder + "/configs/designs/sample.yaml").name == "sample")
      let missing = try configurationError { _ = try catalogue.design("./sample.yaml") }
      #expect(missing.exitCode == 66 && missing.description.contains("./sample.yaml: there is no such file"))
    }
  }

  @Test(arguments: [
    ("smaple", "did you mean 'sample'?"), ("Sample", "did you mean 'sample'?"),
    ("tc", "did you mean 'calibration/tc'?"),
    ("", "calibration/tc, sample"), ("unheard-of", "calibration/tc, sample"), ("calibration", "there is no design"),
  ])
  func `refuses an unknown name and lists near ones`(_ name: String, _ part: String) throws {
    try withTemporaryFolder { folder in
      let catalogue = try makeCatalogue(in: folder)
      let error = try configurationError { _ = try catalogue.design(name) }
      #expect(error.exitCode == 64)
      #expect(error.description.hasPrefix("--design: there is no design \(name)"))
      #expect(error.description.contains(part))
    }
  }

  private func makeCatalogue(in folder: String) throws -> DesignCatalogue {
    try write(SampleDesign.text([]), to: folder + "/configs/designs/sample.yaml")
    let calibration = SampleDesign.text([]).replacingOccurrences(of: "name: sample", with: "name: tc")
    try write(calibration, to: folder + "/configs/designs/calibration/tc.yaml")
    try write("no design", to: folder + "/configs/designs/README.md")
    try write("no design", to: folder + "/configs/designs/.hidden.yaml")
    return DesignCatalogue(try ConfigurationFolder(explicit: folder + "/configs", environment: [:]))
  }
}

@Suite struct `The configuration folder` {
  @Test func `is the explicit one, else the environment's, else above the program, else above here`() throws {
    try withTemporaryFolder { root in
      let folders = ["explicit", "environment", "program", "here"].map { "\(root)/\($0)" }
      for folder in folders { try write("", to: "\(folder)/configs/designs/x.yaml") }
      func found(_ count: Int) throws -> String {
        try ConfigurationFolder(
          explicit: count > 3 ? folders[0] + "/configs" : nil,
          environment: count > 2 ? ["HSSIM_CONFIGS": folders[1] + "/configs"] : [:],
          executable: count > 1 ? folders[2] + "/.build/release/hssim" : nil,
          currentDirectory: folders[3] + "/deep/below"
        ).path
      }
      #expect(try found(4) == folders[0] + "/configs")
      #expect(try found(3) == folders[1] + "/configs")
      #expect(try found(2) == folders[2] + "/configs")
      #expect(try found(1) == folders[3] + "/configs")
    }
  }

  @Test func `that was named but has no designs is an error, never replaced`() throws {
    try withTemporaryFolder { root in
      try write("", to: "\(root)/configs/designs/x.yaml")
      let error = try configurationError {
        _ = try ConfigurationFolder(
          environment: ["HSSIM_CONFIGS": root + "/other"], executable: nil, currentDirectory: root)
      }
      #expect(error.exitCode == 66)
      #expect(error.description.contains("HSSIM_CONFIGS") && error.description.contains("/other"))
    }
  }

  @Test func `that is nowhere is missing, with advice`() throws {
    let error = try configurationError {
      _ = try ConfigurationFolder(environment: [:], executable: nil, currentDirectory: "/nonexistent")
    }
    #expect(error.exitCode == 66 && error.description.contains("HSSIM_CONFIGS"))
  }
}

/// Runs `body` with the path of a fresh folder, which is removed afterwards.
func withTemporaryFolder(_ body: (String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("hssim-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder.path)
}

/// Writes a file, and the folders above it.
func write(_ text: String, to path: String) throws {
  let url = URL(fileURLWithPath: path)
  try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
  try Data(text.utf8).write(to: url)
}
