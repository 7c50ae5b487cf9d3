// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

/// Told of the requests that a timed memory has taken in, e.g. to write them down as a trace.
public protocol DRAMRequestObserver: AnyObject {
  /// - Parameters:
  ///   - address: byte address of a whole line.
  ///   - clock: the memory's clock.
  func took(address: Int64, isWrite: Bool, at clock: Cycle)
}
