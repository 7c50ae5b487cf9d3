// SPDX-License-Identifier: Apache-2.0

import Hardware
import Workloads

extension DRAMTraceAccess {
  /// The access of a line of a trace file.
  public init(_ line: DRAMTraceLine) {
    self.init(clock: line.clock, address: line.address, isWrite: line.isWrite)
  }
}
