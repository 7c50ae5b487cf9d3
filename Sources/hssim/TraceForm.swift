// SPDX-License-Identifier: Apache-2.0

/// A form in which a trace for ui.perfetto.dev is written: a process per layer, a thread per component, and on them what
/// happened. Times are femtoseconds from the layer's reset.
protocol TraceForm {
  mutating func add(process: Int64, name: String)
  mutating func add(thread: TraceThread, name: String)
  mutating func add(_ span: TraceSpan)
  mutating func add(_ counter: TraceCounter)
  mutating func add(_ end: TraceMessageEnd)
  /// The file.
  func bytes() -> [UInt8]
}

/// A thread of a process, from 1.
struct TraceThread: Hashable {
  let process: Int64
  let number: Int64
}

/// What a component did for a while; cycles are its own clock's.
struct TraceSpan {
  let thread: TraceThread
  let name: String
  let start: Int64
  let duration: Int64
  let cycle: Int64
  let cycles: Int64
  /// The link at fault.
  let link: String?
}

/// A sample of a counter.
struct TraceCounter {
  enum Value {
    case integer(Int64)
    case real(Double)
  }

  let process: Int64
  let name: String
  let time: Int64
  let cycle: Int64
  let value: Value
}

/// One end of a message's arrow: where it was sent, or where it was received.
struct TraceMessageEnd {
  let thread: TraceThread
  let isReceived: Bool
  /// The link.
  let name: String
  let time: Int64
  let cycle: Int64
  let message: Int64
  let bytes: Int64
}
