// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

@main
struct Hssim: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "hssim", abstract: "Simulates sparse DNN accelerators, cycle by cycle.")
}
