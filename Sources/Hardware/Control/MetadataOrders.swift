// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

/// The commands by which the windows of one stream of metadata go from the buffer through their decoder.
public struct MetadataOrders {
  public let commands: Output<BufferReadCommand>
  public let decodes: Output<DecodeCommand>

  /// - Parameters:
  ///   - commands: name of the output to the buffer's port.
  ///   - decodes: name of the output to the decoder.
  init(commands: String, decodes: String, of owner: String, in clock: ClockDomain) {
    self.commands = Output(commands, of: owner, in: clock)
    self.decodes = Output(decodes, of: owner, in: clock)
  }

  /// Why no window can be ordered now; nil if one can.
  var blocked: Activity? {
    guard commands.isReady else { return commands.backpressured }
    return decodes.isReady ? nil : decodes.backpressured
  }

  /// Orders the current window of `use`: as many fields of `bits` from the stream of that number.
  func send(_ use: OperandUse, stream: Int, fields: Int, bits: Int) {
    commands.send(use.readCommand(stream: stream, rowCount: (fields * bits + 63) / 64), bytes: 0)
    decodes.send(DecodeCommand(fieldCount: Int32(fields), fieldBits: Int32(bits)), bytes: 0)
  }
}
