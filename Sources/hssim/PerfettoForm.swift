// SPDX-License-Identifier: Apache-2.0

/// Perfetto's own format: a `Trace` of `perfetto/protos/trace`, in the encoding of protocol buffers.
///
/// Spans are slices, samples are on counter tracks of the layer's process, a message is an instant on the sender's track
/// and one on the receiver's with one flow. Times are whole nanoseconds; the cycle is among the arguments.
struct PerfettoForm: TraceForm {
  private var trace = ProtocolBuffer()
  private var counters: [String: UInt64] = [:]

  /// The one sequence of packets.
  private static let sequence: UInt64 = 1

  /// Numbers of tracks: processes, threads and counters have ranges of their own.
  private enum Track {
    static func process(_ process: Int64) -> UInt64 { UInt64(process) << 32 }
    static func thread(_ thread: TraceThread) -> UInt64 { process(thread.process) + UInt64(thread.number) }
    static func counter(_ process: Int64, number: Int) -> UInt64 { Track.process(process) + 1 << 24 + UInt64(number) }
  }

  private enum Event: UInt64 {
    case sliceBegin = 1
    case sliceEnd = 2
    case instant = 3
    case counter = 4
  }

  mutating func add(process: Int64, name: String) {
    describe { track in
      track.add(1, Track.process(process))
      track.add(3) { descriptor in
        descriptor.add(1, UInt64(process))
        descriptor.add(6, text: name)
      }
    }
  }

  mutating func add(thread: TraceThread, name: String) {
    describe { track in
      track.add(1, Track.thread(thread))
      track.add(4) { descriptor in
        descriptor.add(1, UInt64(thread.process))
        descriptor.add(2, UInt64(thread.number))
        descriptor.add(5, text: name)
      }
      track.add(5, Track.process(thread.process))
    }
  }

  mutating func add(_ span: TraceSpan) {
    let track = Track.thread(span.thread)
    add(.sliceBegin, on: track, at: span.start) { event in
      event.add(23, text: span.name)
      Self.annotate(&event, "cycle", span.cycle)
      Self.annotate(&event, "cycles", span.cycles)
      if let link = span.link { Self.annotate(&event, "link", text: link) }
    }
    add(.sliceEnd, on: track, at: span.start + span.duration) { _ in }
  }

  mutating func add(_ counter: TraceCounter) {
    let key = "\(counter.process) \(counter.name)"
    let track = counters[key] ?? Track.counter(counter.process, number: counters.count)
    if counters.updateValue(track, forKey: key) == nil {
      describe { descriptor in
        descriptor.add(1, track)
        descriptor.add(2, text: counter.name)
        descriptor.add(5, Track.process(counter.process))
        descriptor.add(8) { _ in }
      }
    }
    add(.counter, on: track, at: counter.time) { event in
      switch counter.value {
      case .integer(let value): event.add(30, UInt64(bitPattern: value))
      case .real(let value): event.add(44, bits: value.bitPattern)
      }
      Self.annotate(&event, "cycle", counter.cycle)
    }
  }

  mutating func add(_ end: TraceMessageEnd) {
    add(.instant, on: Track.thread(end.thread), at: end.time) { event in
      event.add(22, text: "message")
      event.add(23, text: end.name)
      // Flows of several layers have numbers of their own, none of them 0.
      event.add(end.isReceived ? 48 : 47, bits: UInt64(end.thread.process) << 40 + UInt64(end.message))
      Self.annotate(&event, "cycle", end.cycle)
      Self.annotate(&event, "message", end.message)
      Self.annotate(&event, "bytes", end.bytes)
    }
  }

  func bytes() -> [UInt8] { trace.bytes }

  // MARK: Packets; the numbers are those of the fields in Perfetto's description of its format

  private mutating func describe(_ content: (inout ProtocolBuffer) -> Void) {
    trace.add(1) { packet in
      packet.add(10, Self.sequence)
      packet.add(60, content)
    }
  }

  private mutating func add(
    _ kind: Event, on track: UInt64, at time: Int64, _ content: (inout ProtocolBuffer) -> Void
  ) {
    trace.add(1) { packet in
      packet.add(8, UInt64(time / 1_000_000))
      packet.add(10, Self.sequence)
      packet.add(11) { event in
        event.add(9, kind.rawValue)
        event.add(11, track)
        content(&event)
      }
    }
  }

  private static func annotate(_ event: inout ProtocolBuffer, _ name: String, _ value: Int64) {
    event.add(4) { annotation in
      annotation.add(4, UInt64(bitPattern: value))
      annotation.add(10, text: name)
    }
  }

  private static func annotate(_ event: inout ProtocolBuffer, _ name: String, text: String) {
    event.add(4) { annotation in
      annotation.add(6, text: text)
      annotation.add(10, text: name)
    }
  }
}

/// A message in the encoding of protocol buffers: fields by their numbers.
struct ProtocolBuffer {
  private(set) var bytes: [UInt8] = []

  /// An integer of variable length.
  mutating func add(_ field: Int, _ value: UInt64) {
    append(UInt64(field) << 3)
    append(value)
  }

  /// 64 bits as they are: a double, or an integer of fixed length.
  mutating func add(_ field: Int, bits: UInt64) {
    append(UInt64(field) << 3 | 1)
    for byte in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: bits >> UInt64(8 * byte))) }
  }

  mutating func add(_ field: Int, text: String) { add(field, content: Array(text.utf8)) }

  /// A message within this one.
  mutating func add(_ field: Int, _ content: (inout ProtocolBuffer) -> Void) {
    var inner = ProtocolBuffer()
    content(&inner)
    add(field, content: inner.bytes)
  }

  private mutating func add(_ field: Int, content: [UInt8]) {
    append(UInt64(field) << 3 | 2)
    append(UInt64(content.count))
    bytes += content
  }

  private mutating func append(_ value: UInt64) {
    var rest = value
    while rest > 0x7f {
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
