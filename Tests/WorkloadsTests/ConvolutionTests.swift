// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Workloads

@Suite("Convolution lowering")
struct ConvolutionTests {
  /// The convolution by its definition: [batch, groups · M, P, Q], with C and M those of one group.
  private func direct(_ shape: ConvolutionShape, weights: [Int16], activations: [Int16]) -> [Int] {
    var outputs: [Int] = []
    let (channels, filters) = (shape.channels * shape.groups, shape.filters * shape.groups)
    for image in 0..<shape.batch {
      for filter in 0..<filters {
        let group = filter / shape.filters
        for p in 0..<shape.outputHeight {
          for q in 0..<shape.outputWidth {
            var sum = 0
            for c in 0..<shape.channels {
              for r in 0..<shape.filterHeight {
                for s in 0..<shape.filterWidth {
                  let h = p * shape.stride.vertical + r * shape.dilation.vertical - shape.padding.vertical
                  let w = q * shape.stride.horizontal + s * shape.dilation.horizontal - shape.padding.horizontal
                  guard h >= 0, h < shape.height, w >= 0, w < shape.width else { continue }
                  let channel = group * shape.channels + c
                  let weight = weights[((filter * shape.channels + c) * shape.filterHeight + r) * shape.filterWidth + s]
                  sum +=
                    Int(weight) * Int(activations[((image * channels + channel) * shape.height + h) * shape.width + w])
                }
              }
            }
            outputs.append(sum)
          }
        }
      }
    }
    return outputs
  }

  private func random(_ count: Int, _ generator: inout SeededGenerator) -> [Int16] {
    (0..<count).map { _ in Int16.random(in: -128...127, using: &generator) }
  }

  private func randomShape(_ random: inout SeededGenerator) -> ConvolutionShape {
    func upTo(_ limit: Int) -> Int { Int.random(in: 1...limit, using: &random) }
    return ConvolutionShape(
      batch: upTo(3), channels: upTo(4), height: upTo(7), width: upTo(7), filters: upTo(3), filterHeight: upTo(3),
      filterWidth: upTo(3), stride: .init(upTo(3), upTo(3)), padding: .init(upTo(3) - 1, upTo(3) - 1),
      dilation: .init(upTo(2), upTo(2)), groups: upTo(3))
  }

  @Test func `the lowered product is the convolution, for random shapes`() {
    var generator = SeededGenerator(seed: 4)
    var checked = 0
    while checked < 150 {
      let shape = randomShape(&generator)
      guard shape.problem == nil else { continue }
      checked += 1
      let taps = shape.filterHeight * shape.filterWidth
      let weights = random(shape.groups * shape.filters * shape.channels * taps, &generator)
      let activations = random(
        shape.batch * shape.groups * shape.channels * shape.height * shape.width, &generator)
      let expected = direct(shape, weights: weights, activations: activations)
      let (m, k, n) = (shape.lowered.m, shape.lowered.k, shape.lowered.n)
      let pixels = shape.outputHeight * shape.outputWidth
      for group in 0..<shape.groups {
        let a = shape.loweredWeights(weights, group: group)
        let b = shape.patches(of: activations, group: group).elements
        #expect(a.count == m * k && b.count == n * k)
        var products: [Int] = []
        var wanted: [Int] = []
        for row in 0..<m {
          let filter = group * shape.filters + row
          for column in 0..<n {
            products.append((0..<k).reduce(0) { $0 + Int(a[row * k + $1]) * Int(b[column * k + $1]) })
            let (image, pixel) = column.quotientAndRemainder(dividingBy: pixels)
            wanted.append(expected[(image * shape.groups * shape.filters + filter) * pixels + pixel])
          }
        }
        #expect(products == wanted, "\(shape)")
      }
    }
  }

  @Test func `C is innermost in K`() {
    let shape = ConvolutionShape(
      batch: 1, channels: 2, height: 2, width: 2, filters: 1, filterHeight: 2, filterWidth: 2)
    // Weight [0, c, r, s] is 100c + 10r + s, and so is activation [0, c, h, w].
    let values: [Int16] = [0, 1, 10, 11, 100, 101, 110, 111]
    #expect(shape.loweredWeights(values, group: 0) == [0, 100, 1, 101, 10, 110, 11, 111])
    #expect(shape.patches(of: values, group: 0).elements == [0, 100, 1, 101, 10, 110, 11, 111])
  }

  @Test func `ResNet-50's first layer has its known shape`() {
    let shape = ConvolutionShape(
      batch: 1, channels: 3, height: 224, width: 224, filters: 64, filterHeight: 7, filterWidth: 7,
      stride: .init(2, 2), padding: .init(3, 3))
    #expect(shape.lowered == GEMMShape(m: 64, k: 147, n: 112 * 112))
  }

  @Test func `a convolution that cannot be is refused`() throws {
    func problem(_ height: Int, _ filter: Int, dilation: Int = 1, channels: Int = 1, groups: Int = 1) -> String? {
      ConvolutionShape(
        batch: 1, channels: channels, height: height, width: 4, filters: 1, filterHeight: filter, filterWidth: 1,
        dilation: .init(dilation, 1), groups: groups
      ).problem?.text
    }
    #expect(problem(4, 4) == nil)
    #expect(problem(4, 5) == "the dilated filter is 5x1, the padded input only 4x4")
    #expect(problem(4, 3, dilation: 2) == "the dilated filter is 5x1, the padded input only 4x4")
    #expect(problem(4, 0) == "R is 0")
    #expect(problem(4, 1, groups: 0) == "groups is 0")
    #expect(problem(1 << 20, 1 << 20, channels: 1 << 20) == "the weights have more than 268435456 elements")
    // A stride can make the product small and leave the image absurd.
    let sparse = ConvolutionShape(
      batch: 1, channels: 1, height: 1 << 20, width: 1 << 20, filters: 1, filterHeight: 1, filterWidth: 1,
      stride: .init(1 << 20, 1 << 20))
    #expect(sparse.problem?.text == "the activations have more than 268435456 elements")
    #expect(problem(4, 1, channels: 1 << 21) == "C is 2097152")
  }
}
