// SPDX-License-Identifier: Apache-2.0
import SimulationKernel

/// Keeps every stretch of activity it is told of.
final class StretchLog: ActivityObserver {
  struct Stretch: Equatable {
    var component: Int
    var kind: Activity.Kind
    var link: Int32
    var start: Cycle
    var cycles: Int64
  }

  private(set) var stretches: [Stretch] = []

  func stretchEnded(component: Int, kind: Activity.Kind, link: Int32, start: Cycle, cycles: Int64) {
    stretches.append(Stretch(component: component, kind: kind, link: link, start: start, cycles: cycles))
  }
}

/// Keeps every message it is told of.
final class MessageLog: MessageObserver {
  struct Entry: Hashable {
    var link: Int
    var ordinal: Int64
    var sendCycle: Cycle
    var arrival: Femtoseconds
    var bytes: Int
  }

  private(set) var entries: [Entry] = []
  var count: Int { entries.count }

  func messageSent(link: Int, ordinal: Int64, sendCycle: Cycle, arrival: Femtoseconds, bytes: Int) {
    entries.append(Entry(link: link, ordinal: ordinal, sendCycle: sendCycle, arrival: arrival, bytes: bytes))
  }
}
