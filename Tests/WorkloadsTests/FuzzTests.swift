// SPDX-License-Identifier: Apache-2.0

import Sparsity
import Testing

@testable import Workloads

/// Damaged files: every one is either read or refused with an error that explains itself. A trap, a hang or a huge
/// allocation fails the whole run.
@Suite("Damaged files")
struct FuzzTests {
  private func sample(_ format: String) -> [UInt8] {
    let w = WritableTensor.int8(Tensor(shape: [2, 3], elements: [1, -2, 3, -4, 5, -6]))
    let z = WritableTensor.int16(Tensor(shape: [4], elements: [1, 2, 3, 4]))
    return switch format {
    case "npy": TensorFile.npyBytes(w)
    case "npz": TensorFile.npzBytes([("w", w), ("z", z)])
    default: TensorFile.safetensorsBytes([("w", w), ("z", z)])
    }
  }

  /// Reads all tensors; returns how many could be read, and -1 if the file was refused.
  private func readAll(_ bytes: [UInt8], _ format: String) throws -> Int {
    do throws(WorkloadError) {
      let file = try open(bytes, format: format)
      var count = 0
      for name in file.names {
        do {
          let tensor = try file.readInt32(name)
          #expect(tensor.elements.count <= bytes.count)
          count += 1
        } catch {
          checkExplains(error, format)
        }
      }
      return count
    } catch {
      checkExplains(error, format)
      return -1
    }
  }

  private func checkExplains(_ error: WorkloadError, _ format: String) {
    #expect(error.kind == .content)
    #expect(error.description.hasPrefix("t.\(format): "))
    #expect(error.description.count < 1000)
  }

  @Test(arguments: TensorFile.formats) func `a file cut off anywhere is refused`(format: String) throws {
    let whole = sample(format)
    #expect(try readAll(whole, format) == (format == "npy" ? 1 : 2))
    for count in 0..<whole.count { #expect(try readAll(Array(whole.prefix(count)), format) == -1) }
  }

  @Test(arguments: TensorFile.formats) func `a file with any byte changed is read or refused`(format: String) throws {
    let whole = sample(format)
    for index in whole.indices {
      for value in [whole[index] ^ 1, whole[index] ^ 0x80, 0, 0xFF] {
        var bytes = whole
        bytes[index] = value
        _ = try readAll(bytes, format)
      }
    }
  }

  @Test(arguments: TensorFile.formats) func `a file with random damage is read or refused`(format: String) throws {
    var random = SeededGenerator(seed: 6)
    let whole = sample(format)
    for _ in 0..<5000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0...3, using: &random) {
        case 0: bytes[index] = UInt8.random(in: .min ... .max, using: &random)
        case 1: bytes.remove(at: index)
        case 2: bytes.insert(UInt8.random(in: .min ... .max, using: &random), at: index)
        // A large number somewhere.
        default:
          for offset in index..<min(index + 8, bytes.count) { bytes[offset] = 0xFF }
        }
      }
      _ = try readAll(bytes, format)
    }
  }

  @Test func `a damaged npz never yields values that were not written`() throws {
    let whole = sample("npz")
    for index in whole.indices {
      var bytes = whole
      bytes[index] ^= 0x10
      guard let file = try? open(bytes, format: "npz"), let tensor = try? file.readInt32("w") else { continue }
      #expect(tensor.elements == [1, -2, 3, -4, 5, -6])
    }
  }

  @Test func `a damaged trace is read or refused`() throws {
    try withTraceDirectory { directory in
      let whole = Array(
        """
        hssim_trace: 1
        name: fuzz
        layers:
          - name: up # comment
            operation: linear
            weights: {file: t.safetensors, tensor: w, pattern: "C1(4:6)->C0(2:4)", prune: magnitude}
            activations: {file: t.safetensors, tensor: x}
            output: {activation: relu, multiplier: 3, shift: 9}
          - name: 'conv'
            operation: conv2d
            shape: {M: 2, C: 3, H: 6, W: 6, R: 3, S: 3}
            stride: [1, 2]
            groups: 1
            weights: {random: {density: 0.5, seed: 3}}
            activations: {random: {}}

        """.utf8)
      func read(_ bytes: [UInt8]) throws {
        // A damaged size may be allowed and large, so nothing is loaded here.
        do {
          _ = try LayerTrace(text: String(decoding: bytes, as: UTF8.self), path: "\(directory.path)/t.yaml")
        } catch {
          #expect(error.kind == .content || error.kind == .missing)
          #expect(error.description.hasPrefix("\(directory.path)/t.yaml"))
        }
      }
      try read(whole)
      for count in stride(from: 0, to: whole.count, by: 3) { try read(Array(whole.prefix(count))) }
      var random = SeededGenerator(seed: 7)
      let alphabet = Array("{}[]:,-?&*!|>'\"%@`#\n\t 019aéx~<=".utf8)
      for _ in 0..<600 {
        var bytes = whole
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          let index = Int.random(in: 0..<bytes.count, using: &random)
          switch Int.random(in: 0...2, using: &random) {
          case 0: bytes[index] = alphabet.randomElement(using: &random) ?? 0
          case 1: bytes.remove(at: index)
          default: bytes.insert(alphabet.randomElement(using: &random) ?? 0, at: index)
          }
        }
        try read(bytes)
      }
    }
  }
}
