// SPDX-License-Identifier: Apache-2.0

import Hardware
import Testing

@Suite struct DRAMSpecificationTests {
  @Test func `peak bandwidth is what the data buses carry`() throws {
    let specification = try DRAMTestMachine.ddr4.specification()
    #expect(specification.peakBytesPerClock == 16)
    #expect(abs(specification.peakGBPerSecond - 19.2) < 0.02)
    #expect(try DRAMTestMachine.hbm2.specification().peakBytesPerClock == 32)
  }

  private func field(_ change: (inout DRAMOrganisation, inout DRAMTiming, inout DRAMControllerSpecification) -> Void)
    -> String?
  {
    var organisation = DRAMTestMachine.lpddr4.organisation
    var timing = DRAMTestMachine.lpddr4.timing
    var controller = DRAMControllerSpecification(policy: .bankQueues, refresh: .perBank, writeHighWatermark: 8)
    change(&organisation, &timing, &controller)
    do throws(DRAMSpecificationError) {
      _ = try DRAMSpecification(
        name: "x", organisation: organisation, timing: timing, addressMapping: "ro ba co", controller: controller)
      return nil
    } catch {
      return error.field
    }
  }

  @Test func `what cannot be is refused by the name of its field`() {
    #expect(field { _, _, _ in } == nil)
    #expect(field { organisation, _, _ in organisation.rows = 100 } == "organisation.rows")
    #expect(field { organisation, _, _ in organisation.columns = 0 } == "organisation.columns")
    #expect(field { _, timing, _ in timing.nCL = 0 } == "timing.nCL")
    #expect(field { _, timing, _ in timing.nRC = 90 } == "timing.nRC")
    #expect(field { _, timing, _ in timing.nCCDL = 7 } == "timing.nCCDL")
    #expect(field { _, timing, _ in timing.nRRDL = 15 } == "timing.nRRDL")
    #expect(field { _, timing, _ in timing.nWTRL = 16 } == "timing.nWTRL")
    #expect(field { _, timing, _ in timing.nRPab = 20 } == "timing.nRPab")
    #expect(field { _, timing, _ in timing.nREFI = 400 } == "timing.nREFI")
    #expect(field { _, timing, _ in timing.nREFI = 1700 } == "timing.nREFI")
    #expect(field { _, timing, _ in timing.nRFCpb = 0 } == "timing.nRFCpb")
    #expect(field { _, _, controller in controller.readQueue = 0 } == "controller.read_queue")
    #expect(field { _, _, controller in controller.writeHighWatermark = 32 } == "controller.write_high_watermark")
    #expect(field { _, _, controller in controller.scheduler = .fcfs } == "controller.scheduler")
    #expect(field { _, _, controller in controller.bankQueue = 0 } == "controller.bank_queue")
    #expect(
      field { _, _, controller in
        controller.policy = .sharedBuffers
        controller.writeLowWatermark = 12
      } == "controller.write_low_watermark")
  }

  @Test func `the constraint table counts from the last clock of a long command`() {
    let table = DRAMConstraint.table(timing: DRAMTestMachine.hbm2.timing, bus: .rowAndColumn)
    func distance(_ name: String, _ next: DRAMCommandSet) -> Int? {
      table.first { $0.name == name && $0.next == next }?.distance
    }
    // ACT takes two clocks: nRCDRD 14 becomes 15, and PRE to ACT 14 becomes 13.
    #expect(distance("nRCDRD", .read) == 15)
    #expect(distance("nRP", .activate) == 13)
    #expect(distance("nRRDS", .activate) == 4)
    #expect(
      table.first { $0.name == "bus" }?.next == [.activate, .precharge, .prechargeAll, .refreshAll, .refreshBank])
  }
}
