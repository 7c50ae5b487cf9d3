// SPDX-License-Identifier: Apache-2.0

/// The extents of a two-dimensional convolution, and how it is lowered to a matrix product.
///
/// Weights are [M, C/groups, R, S], activations [batch, C, H, W]. Lowered, a row of A is a filter and a column of B the
/// patch under it, both with C innermost: `k = (r·S + s)·C + c`. So a G:H group along K is a group of channels at one
/// place of the filter wherever C is a multiple of it. A column is `n = (image·P + p)·Q + q`, with P x Q outputs.
public struct ConvolutionShape: Hashable, Sendable {
  public let batch: Int
  /// Input channels C of one group.
  public let channels: Int
  public let height: Int
  public let width: Int
  /// Filters M of one group.
  public let filters: Int
  public let filterHeight: Int
  public let filterWidth: Int
  public let stride: Pair
  public let padding: Pair
  public let dilation: Pair
  public let groups: Int

  /// A number for each of the two spatial dimensions.
  public struct Pair: Hashable, Sendable {
    public let vertical: Int
    public let horizontal: Int

    public init(_ vertical: Int, _ horizontal: Int) {
      self.vertical = vertical
      self.horizontal = horizontal
    }
  }

  /// A convolution of one group, to be checked with `problem`.
  public init(
    batch: Int, channels: Int, height: Int, width: Int, filters: Int, filterHeight: Int, filterWidth: Int,
    stride: Pair = Pair(1, 1), padding: Pair = Pair(0, 0), dilation: Pair = Pair(1, 1), groups: Int = 1
  ) {
    self.batch = batch
    self.channels = channels
    self.height = height
    self.width = width
    self.filters = filters
    self.filterHeight = filterHeight
    self.filterWidth = filterWidth
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
  }

  /// The largest extent, stride, padding and dilation; the product's own limits are tighter.
  public static let largestExtent = 1 << 20

  /// Rows P of the output; zero or less if the filter is larger than the padded input.
  public var outputHeight: Int {
    Self.outputExtent(height, filterHeight, stride.vertical, padding.vertical, dilation.vertical)
  }

  /// Columns Q of the output.
  public var outputWidth: Int {
    Self.outputExtent(width, filterWidth, stride.horizontal, padding.horizontal, dilation.horizontal)
  }

  private static func outputExtent(_ input: Int, _ filter: Int, _ stride: Int, _ padding: Int, _ dilation: Int) -> Int {
    let room = input + 2 * padding - (dilation * (filter - 1) + 1)
    return room < 0 ? 0 : room / stride + 1
  }

  /// What keeps this from being computed, or nil: an extent that is zero or absurd, a filter that is larger than its
  /// padded input, or a lowered product beyond the limits of `GEMMShape`.
  public var problem: (text: String, allowed: String)? {
    let extents = [
      ("batch", batch), ("C", channels), ("H", height), ("W", width), ("M", filters), ("R", filterHeight),
      ("S", filterWidth), ("groups", groups), ("stride", stride.vertical), ("stride", stride.horizontal),
      ("dilation", dilation.vertical), ("dilation", dilation.horizontal),
    ]
    for (name, extent) in extents where !(1...Self.largestExtent).contains(extent) {
      return ("\(name) is \(extent)", "1 to \(Self.largestExtent)")
    }
    for extent in [padding.vertical, padding.horizontal] where !(0...Self.largestExtent).contains(extent) {
      return ("padding is \(extent)", "0 to \(Self.largestExtent)")
    }
    guard outputHeight > 0, outputWidth > 0 else {
      let reach =
        "\(dilation.vertical * (filterHeight - 1) + 1)x\(dilation.horizontal * (filterWidth - 1) + 1)"
      let room = "\(height + 2 * padding.vertical)x\(width + 2 * padding.horizontal)"
      return ("the dilated filter is \(reach), the padded input only \(room)", "a filter that fits")
    }
    // Factors are capped one by one, since their product could overflow.
    func capped(at limit: Int, _ factors: Int...) -> Int {
      factors.reduce(1) { min($0 * min($1, limit + 1), limit + 1) }
    }
    let mostElements = GEMMShape.mostElements
    for (name, count) in [
      ("weights", capped(at: mostElements, groups, filters, channels, filterHeight, filterWidth)),
      ("activations", capped(at: mostElements, batch, groups, channels, height, width)),
    ] where count > mostElements {
      return ("the \(name) have more than \(mostElements) elements", "at most \(mostElements)")
    }
    let largest = GEMMShape.largestExtent
    return GEMMShape.problem(
      m: filters, k: capped(at: largest, channels, filterHeight, filterWidth),
      n: capped(at: largest, batch, outputHeight, outputWidth))
  }

  /// One of the groups as a convolution of its own.
  var ungrouped: ConvolutionShape {
    ConvolutionShape(
      batch: batch, channels: channels, height: height, width: width, filters: filters, filterHeight: filterHeight,
      filterWidth: filterWidth, stride: stride, padding: padding, dilation: dilation)
  }

  /// The matrix product of one group.
  ///
  /// - Precondition: `problem` is nil.
  public var lowered: GEMMShape {
    GEMMShape(m: filters, k: channels * filterHeight * filterWidth, n: batch * outputHeight * outputWidth)
  }
}
