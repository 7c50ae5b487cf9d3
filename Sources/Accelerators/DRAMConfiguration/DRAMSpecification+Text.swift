// SPDX-License-Identifier: Apache-2.0

import Hardware

extension DRAMSpecification {
  /// The part as a configuration file states it, every key spelt out; it depends on nothing but the values.
  public var configurationText: String {
    var text = """
      hssim_dram: 1
      name: \(ParameterValue.text(name).yaml)
      organisation:

      """
    for field in DRAMOrganisation.fields { text += "  \(field.name): \(organisation[keyPath: field.path])\n" }
    text += "timing:\n"
    for field in DRAMTiming.fields { text += "  \(field.name): \(timing[keyPath: field.path])\n" }
    text += """
      command_bus: \(commandBus.rawValue)
      address_mapping: "\(addressMapping)"
      controller:
        policy: \(controller.policy.rawValue)
        scheduler: \(controller.scheduler.rawValue)
        row_policy: \(controller.rowPolicy.rawValue)
        refresh: \(controller.refresh.rawValue)

      """
    for field in DRAMControllerSpecification.fields where field.applies(to: controller.policy) {
      text += "  \(field.name): \(controller[keyPath: field.path])\n"
    }
    return text
  }
}
