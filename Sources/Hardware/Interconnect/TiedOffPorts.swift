// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

/// Ties off the ports by which sums are spilled and reloaded, on a machine whose sums never leave its arrays.
public final class TiedOffPorts: Component {
  public let sums: Input<BufferRow>
  public let acknowledgements: Input<DRAMAcknowledgement>
  public let sumCommands: Output<BufferReadCommand>
  public let spills: Output<DRAMWrite>

  public init(in clock: ClockDomain, name: String = "TiedOffPorts") {
    sums = Input("sums", of: name, in: clock)
    acknowledgements = Input("acknowledgements", of: name, in: clock)
    sumCommands = Output("sumCommands", of: name, in: clock)
    spills = Output("spills", of: name, in: clock)
    super.init(name, in: clock)
  }
}
