// SPDX-License-Identifier: Apache-2.0
import SimulationKernel
import Sparsity
import Testing

@testable import Hardware

/// Its requantisation is compared with that of Workloads in AcceleratorTests, which know both.
struct ActivationUnitTests {
  private func activate(
    _ sums: [Int32], relu: Bool, multiplier: Int64 = 1, shift: Int = 0, bits: Int = 8, rowsPerBlock: Int = 4
  ) throws -> (outputs: Sink<OutputColumn>, result: [Int32]) {
    let bench = Bench()
    let rows = sums.count / 2
    let result = ResultMatrix(rowCount: rows, columnCount: 2)
    let unit = ActivationUnit(
      in: bench.clock,
      ActivationUnit.Specification(
        appliesReLU: relu, multiplier: multiplier, shift: shift, outputBits: bits, rowsPerBlock: rowsPerBlock),
      result: result)
    var columns: [BlockColumn] = []
    for block in 0..<(rows + rowsPerBlock - 1) / rowsPerBlock {
      for column in 0..<2 {
        var message = BlockColumn(
          sums: InlineArray(repeating: 777), column: Int32(column), rowBlock: Int32(block))
        for row in 0..<min(rowsPerBlock, rows - block * rowsPerBlock) {
          message.sums[row] = sums[(block * rowsPerBlock + row) * 2 + column]
        }
        columns.append(message)
      }
    }
    bench.drive(unit.columns, "columns", columns, capacity: 2)
    let outputs = bench.listen(to: unit.outputs, "outputs", capacity: 2)
    try bench.run()
    #expect(unit.actionCounts.map(\.count) == [Int64(sums.count)])
    #expect(outputs.times == columns.indices.map { 2 + Int64($0) })
    return (outputs, result.elements)
  }

  @Test func `sums are kept exactly, row by row, whatever becomes of them`() throws {
    let sums: [Int32] = [1, -2, 300, -400, 5, 6, -7, 8, .max, .min]
    #expect(try activate(sums, relu: false).result == sums)
    #expect(try activate(sums, relu: true).result == sums)
  }

  @Test func `results are clamped to their width, and rows beyond the last are zero`() throws {
    let sums: [Int32] = [1, -2, 300, -400, 5, 6, -7, 8, .max, .min]
    let bytes = try activate(sums, relu: false).outputs.messages
    #expect((0..<4).map { bytes[0].words[$0] } == [1, 127, 5, -7])
    #expect((0..<4).map { bytes[1].words[$0] } == [-2, -128, 6, 8])
    #expect((0..<4).map { bytes[2].words[$0] } == [127, 0, 0, 0])
    #expect((0..<4).map { bytes[3].words[$0] } == [-128, 0, 0, 0])
    let words = try activate(sums, relu: false, bits: 16).outputs.messages
    #expect(words[2].words[0] == 32_767 && words[3].words[0] == -32_768 && words[1].words[1] == -400)
  }

  @Test func `a ReLU comes before the scale`() throws {
    let outputs = try activate([5, -5, -6, 6], relu: true, multiplier: 1, shift: 1).outputs.messages
    #expect((0..<2).map { outputs[0].words[$0] } == [2, 0])
    #expect((0..<2).map { outputs[1].words[$0] } == [0, 3])
  }

  @Test func `halves round to even`() throws {
    let sums: [Int32] = [1, -1, 3, -3, 5, -5, 7, -7]
    let outputs = try activate(sums, relu: false, multiplier: 1, shift: 1).outputs.messages
    #expect((0..<4).map { outputs[0].words[$0] } == [0, 2, 2, 4])
    #expect((0..<4).map { outputs[1].words[$0] } == [0, -2, -2, -4])
  }
}
