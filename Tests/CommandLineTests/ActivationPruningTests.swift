// SPDX-License-Identifier: Apache-2.0
import Testing

/// `--prune-activations` as its users meet it.
struct ActivationPruningTests {
  @Test func `a run with pruned activations says how much of them went, and keeps it`() throws {
    let workspace = try Workspace()
    let words = [
      "simulate", "--gemm", "64x64x64", "--pattern", "4:8", "--density-b", "0.9", "--design", "s2ta",
      "--prune-activations",
      "4:8", "--output", "pruned.sqlite",
    ]
    let answer = try workspace.hssim(words)
    #expect(answer.code == 0)
    #expect(answer.output.contains("gemm: pruning activations to 4:8 removed "))
    #expect(answer.output.contains(" % of operand B's squared norm"))
  }

  @Test(arguments: [
    ("highlight", "4:8", "prunes no activations"), ("s2ta", "9:8", "allowed: 1:8 to 8:8"),
    ("s2ta", "4", "allowed: 1:8 to 8:8"), ("s2ta", "2:4", "allowed: 1:8 to 8:8"),
  ])
  func `a bound that means nothing is refused`(design: String, bound: String, part: String) throws {
    let workspace = try Workspace()
    let answer = try workspace.hssim("simulate", "--gemm", "8x8x8", "--design", design, "--prune-activations", bound)
    #expect(answer.code == 64)
    #expect(answer.errors.contains(part))
  }
}
