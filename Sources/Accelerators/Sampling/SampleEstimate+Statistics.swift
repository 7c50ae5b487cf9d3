// SPDX-License-Identifier: Apache-2.0
import Statistics

extension SampleEstimate {
  /// The whole layer's statistics, without activity in time: spans, hashes of states and messages are of no part alone.
  ///
  /// Sums hold as they do in a run: the causes of an array to its lanes times the cycles, the activities of a component to its
  /// cycles. What rounding leaves goes to the largest.
  ///
  /// Memory that is only little slower than the arrays takes long to be seen: what was fetched ahead hides it. So where the
  /// cycles are fewer than moving the whole's data takes, they are raised to that, as waiting for memory.
  ///
  /// - Parameters:
  ///   - parts: of the parts, in their order.
  ///   - bounds: the whole layer's, known without a run.
  /// - Returns: the statistics, and the cycles by which they were raised.
  func statistics(_ parts: [LayerStatistics], bounds: [Bound]) -> (whole: LayerStatistics, raised: Int64) {
    var whole = LayerStatistics()
    whole.bounds = bounds.map { bound in
      guard bound.kind == "dram_bandwidth" else { return bound }
      return Bound(
        kind: bound.kind,
        cycles: total(parts.map { part in part.bounds.first { $0.kind == bound.kind }?.cycles ?? 0 }))
    }
    let atMemory = whole.bounds.filter { ["dram_bandwidth", "compulsory_traffic"].contains($0.kind) }
    let raised = max(0, (atMemory.map(\.cycles).max() ?? 0) - total(parts.map(\.ledger.cycles)))
    whole.ledger = ledger(parts.map(\.ledger), raised: raised)
    let period = parts[0].components.first { $0.cycles == parts[0].ledger.cycles }?.clockPeriod ?? 1
    whole.components = parts[0].components.indices.map {
      component(parts.map(\.components), at: $0, raisedTime: raised * period)
    }
    whole.links = parts[0].links.indices.map { index in
      var link = parts[0].links[index]
      func total(_ count: KeyPath<LinkStatistics, Int64>) -> Int64 {
        self.total(parts.map { $0.links[index][keyPath: count] })
      }
      link.messages = total(\.messages)
      link.bytesSent = total(\.bytesSent)
      link.bytesReceived = total(\.bytesReceived)
      link.starvedCycles = total(\.starvedCycles)
      link.backpressuredCycles = total(\.backpressuredCycles)
      return link
    }
    whole.actions = parts[0].actions.indices.map { index in
      var action = parts[0].actions[index]
      action.count = total(
        parts.map { part in
          let other = part.actions[index]
          precondition(
            other.component == action.component && other.action == action.action && other.rank == action.rank,
            "A machine reports the same actions for every layer.")
          return other.count
        })
      return action
    }
    whole.dram = parts[0].dram.indices.map { index in
      var channel = dram(parts.map(\.dram), at: index)
      // The memory's clock may be another than the core's.
      channel.cycles += raised * parts[0].dram[index].cycles / max(1, parts[0].ledger.cycles)
      return channel
    }
    for part in parts {
      whole.eventHash = Self.combine(whole.eventHash, part.eventHash)
      whole.resultHash = Self.combine(whole.resultHash, part.resultHash)
    }
    return (whole, raised)
  }

  private static func combine(_ hash: UInt64, _ other: UInt64) -> UInt64 {
    let mixed = (hash ^ other) &* 0x9e37_79b9_7f4a_7c15
    return mixed ^ mixed >> 32
  }

  private struct Account: Hashable {
    let component: String
    let cause: Cause
    let blamed: String
  }

  private func ledger(_ parts: [Ledger], raised: Int64) -> Ledger {
    let cycles = total(parts.map(\.cycles)) + raised
    var order: [Account] = []
    var counts: [Account: (all: [Int64], tax: [Int64])] = [:]
    let none = [Int64](repeating: 0, count: parts.count)
    for (index, part) in parts.enumerated() {
      for entry in part.entries {
        let account = Account(component: entry.component, cause: entry.cause, blamed: entry.blamed)
        if counts[account] == nil { order.append(account) }
        counts[account, default: (none, none)].all[index] += entry.laneCycles
        counts[account, default: (none, none)].tax[index] += entry.taxLaneCycles
      }
    }
    var components: [String] = []
    for account in order where !components.contains(account.component) { components.append(account.component) }
    let entries = components.flatMap { component in
      let accounts = order.filter { $0.component == component }
      let lanes = accounts.reduce(0) { $0 + (counts[$1]?.all[0] ?? 0) } / parts[0].cycles
      let totals = Self.summing(accounts.map { total(counts[$0]?.all ?? none) }, to: lanes * (cycles - raised))
      let waiting = LedgerEntry(
        component: component, cause: .starvedDRAM, blamed: "DRAM", laneCycles: lanes * raised)
      return zip(accounts, totals).map { account, total in
        LedgerEntry(
          component: component, cause: account.cause, blamed: account.blamed, laneCycles: total,
          taxLaneCycles: account.cause.isSparsityTax ? total : min(total, self.total(counts[account]?.tax ?? none)))
      } + [waiting]
    }
    return Ledger(lanes: parts[0].lanes, cycles: cycles, entries: Self.joined(entries.filter { $0.laneCycles > 0 }))
  }

  /// One entry for each account.
  private static func joined(_ entries: [LedgerEntry]) -> [LedgerEntry] {
    entries.reduce(into: []) { joined, entry in
      let place = joined.firstIndex {
        $0.component == entry.component && $0.cause == entry.cause && $0.blamed == entry.blamed
      }
      guard let place else { return joined.append(entry) }
      joined[place].laneCycles += entry.laneCycles
      joined[place].taxLaneCycles += entry.taxLaneCycles
    }
  }

  /// - Parameter raisedTime: femtoseconds that everything but memory waits besides.
  private func component(
    _ parts: [[ComponentStatistics]], at index: Int, raisedTime: Int64
  ) -> ComponentStatistics {
    var component = parts[0][index]
    func total(_ count: KeyPath<ComponentStatistics, Int64>) -> Int64 {
      self.total(parts.map { $0[index][keyPath: count] })
    }
    component.cycles = total(\.cycles)
    let activities = Self.summing(
      [total(\.busyCycles), total(\.starvedCycles), total(\.backpressuredCycles), total(\.idleCycles)],
      to: component.cycles)
    component.busyCycles = activities[0]
    component.starvedCycles = activities[1]
    component.backpressuredCycles = activities[2]
    component.idleCycles = activities[3]
    let raised = raisedTime / component.clockPeriod
    component.cycles += raised
    if component.name == "DRAM" { component.idleCycles += raised } else { component.starvedCycles += raised }
    return component
  }

  /// Counts and traffic are totals; the mean latency is that of the parts' requests, percentiles are of the part with most
  /// requests, the largest latency is the largest that was seen.
  private func dram(_ parts: [[DRAMStatistics]], at index: Int) -> DRAMStatistics {
    let channels = parts.map { $0[index] }
    var whole = channels[0]
    func total(_ count: KeyPath<DRAMStatistics, Int64>) -> Int64 { self.total(channels.map { $0[keyPath: count] }) }
    func known(_ count: KeyPath<DRAMStatistics, Int64?>) -> Int64? {
      channels[0][keyPath: count] == nil ? nil : self.total(channels.map { $0[keyPath: count] ?? 0 })
    }
    whole.reads = total(\.reads)
    whole.writes = total(\.writes)
    whole.requests = whole.reads + whole.writes
    whole.readBytes = total(\.readBytes)
    whole.writeBytes = total(\.writeBytes)
    whole.cycles = total(\.cycles)
    whole.rowHits = known(\.rowHits)
    whole.rowMisses = known(\.rowMisses)
    whole.rowConflicts = known(\.rowConflicts)
    whole.activates = known(\.activates)
    whole.precharges = known(\.precharges)
    whole.refreshes = known(\.refreshes)
    let requests = channels.reduce(0) { $0 + Double($1.requests) }
    whole.latencyMean =
      requests > 0 ? channels.reduce(0) { $0 + $1.latencyMean * Double($1.requests) } / requests : 0
    let fullest = channels.max { $0.requests < $1.requests } ?? whole
    whole.latencyP50 = fullest.latencyP50
    whole.latencyP99 = fullest.latencyP99
    whole.latencyMax = channels.map(\.latencyMax).max() ?? 0
    // Gigabytes a second are bytes a clock times a constant, which any channel with traffic tells.
    if fullest.bandwidthGBPerSecond > 0, whole.cycles > 0 {
      let rate = Double(fullest.readBytes + fullest.writeBytes) / Double(fullest.cycles)
      whole.bandwidthGBPerSecond =
        fullest.bandwidthGBPerSecond / rate * Double(whole.readBytes + whole.writeBytes) / Double(whole.cycles)
    }
    return whole
  }

  /// Counts that are not negative, changed to sum to `sum`: what is missing or too much is the largest's.
  private static func summing(_ counts: [Int64], to sum: Int64) -> [Int64] {
    var counts = counts
    var rest = sum - counts.reduce(0, +)
    while rest != 0, let largest = counts.indices.max(by: { counts[$0] < counts[$1] }) {
      let change = max(rest, -counts[largest])
      counts[largest] += change
      rest -= change
    }
    return counts
  }
}
