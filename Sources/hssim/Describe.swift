// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// `hssim describe`: what the program knows, so that no documentation can drift from it.
struct Describe: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Explains a pattern, a design, its prices, a trace, a network or a column of the database.",
    discussion: """
      Examples:
        hssim describe pattern "3:4->2:4"
        hssim describe pattern "C1(4:{4<=H<=8})->C0(2:{2<=H<=4})"
        hssim describe design highlight --set dram.part=hbm2
        hssim describe energy highlight
        hssim describe network resnet50
      """,
    subcommands: [
      DescribePattern.self, DescribeDesign.self, DescribeEnergy.self, DescribeTrace.self, DescribeNetwork.self,
      DescribeMetric.self,
    ])
}
