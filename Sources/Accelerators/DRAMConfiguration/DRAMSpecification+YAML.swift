// SPDX-License-Identifier: Apache-2.0

import Hardware
import Yams

/// What is wrong in a DRAM configuration file, and where.
public struct DRAMConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
  public var file: String
  /// From 1; nil where the fault is in no particular line.
  public var line: Int?
  public var column: Int?
  public var message: String

  public var description: String {
    guard let line, let column else { return "\(file): \(message)" }
    return "\(file):\(line):\(column): \(message)"
  }
}

extension DRAMSpecification {
  /// Reads a configuration file of the form that configs/dram shows.
  ///
  /// Strict: unknown and missing keys are errors, and numbers are plain decimal integers.
  ///
  /// - Parameters:
  ///   - yaml: the file's text.
  ///   - file: its name, for errors.
  /// - Throws: `DRAMConfigurationError`.
  public init(yaml: String, file: String) throws {
    let root: Node?
    do {
      root = try Yams.compose(yaml: yaml)
    } catch {
      throw DRAMConfigurationError(file: file, line: nil, column: nil, message: "no valid YAML: \(error)")
    }
    let reader = DRAMConfigurationReader(file: file)
    let top = try reader.mapping(
      root, path: "the file",
      required: ["hssim_dram", "name", "organisation", "timing", "address_mapping", "controller"],
      optional: ["command_bus"])
    let version = try reader.integer(top.required("hssim_dram"), path: "hssim_dram")
    guard version == 1 else {
      throw reader.error(top.required("hssim_dram"), "hssim_dram: \(version) is not allowed; allowed: 1")
    }
    do {
      try self.init(
        name: reader.string(top.required("name"), path: "name"),
        organisation: reader.organisation(top.required("organisation")),
        timing: reader.timing(top.required("timing")),
        commandBus: reader.choice(top["command_bus"], path: "command_bus", default: .shared),
        addressMapping: reader.string(top.required("address_mapping"), path: "address_mapping"),
        controller: reader.controller(top.required("controller")))
    } catch let error as DRAMSpecificationError {
      throw reader.error(reader.node(at: error.field, in: root), error.description)
    }
  }
}
