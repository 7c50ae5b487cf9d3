// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Google's trace event format: JSON.
///
/// Spans are complete events, samples counters, messages flows from the sender's thread to the receiver's. Times are
/// microseconds, with all digits: a femtosecond is a multiple of 1e-9.
struct TraceEventForm: TraceForm {
  private var events: [String] = []

  mutating func add(process: Int64, name: String) {
    events.append(Self.metadata("process_name", TraceThread(process: process, number: 0), name: name))
  }

  mutating func add(thread: TraceThread, name: String) {
    events.append(Self.metadata("thread_name", thread, name: name))
  }

  mutating func add(_ span: TraceSpan) {
    let link = span.link.map { ",\"link\":\(Self.quoted($0))" } ?? ""
    events.append(
      "{\"ph\":\"X\",\(Self.place(span.thread)),\"ts\":\(Self.microseconds(span.start)),"
        + "\"dur\":\(Self.microseconds(span.duration)),\"name\":\(Self.quoted(span.name)),"
        + "\"args\":{\"cycle\":\(span.cycle),\"cycles\":\(span.cycles)\(link)}}")
  }

  mutating func add(_ counter: TraceCounter) {
    let value =
      switch counter.value {
      case .integer(let value): "\(value)"
      case .real(let value): "\(value)"
      }
    events.append(
      "{\"ph\":\"C\",\"pid\":\(counter.process),\"ts\":\(Self.microseconds(counter.time)),"
        + "\"name\":\(Self.quoted(counter.name)),\"args\":{\"value\":\(value)}}")
  }

  mutating func add(_ end: TraceMessageEnd) {
    // Arrows of several layers have identifiers of their own.
    events.append(
      "{\"ph\":\"\(end.isReceived ? "f" : "s")\",\"cat\":\"message\",\"id\":\"\(end.thread.process).\(end.message)\","
        + "\(Self.place(end.thread)),\"ts\":\(Self.microseconds(end.time)),\"name\":\(Self.quoted(end.name)),"
        + "\"args\":{\"cycle\":\(end.cycle),\"message\":\(end.message),\"bytes\":\(end.bytes)}"
        + (end.isReceived ? ",\"bp\":\"e\"}" : "}"))
  }

  func bytes() -> [UInt8] {
    Array("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n\(events.joined(separator: ",\n"))\n]}\n".utf8)
  }

  private static func place(_ thread: TraceThread) -> String { "\"pid\":\(thread.process),\"tid\":\(thread.number)" }

  private static func metadata(_ kind: String, _ thread: TraceThread, name: String) -> String {
    "{\"ph\":\"M\",\(place(thread)),\"name\":\"\(kind)\",\"args\":{\"name\":\(quoted(name))}}"
  }

  /// Femtoseconds as microseconds, exactly.
  private static func microseconds(_ time: Int64) -> String {
    let (whole, rest) = time.quotientAndRemainder(dividingBy: 1_000_000_000)
    guard rest > 0 else { return "\(whole)" }
    let digits = String(rest)
    var fraction = String(repeating: "0", count: 9 - digits.count) + digits
    while fraction.last == "0" { fraction.removeLast() }
    return "\(whole).\(fraction)"
  }

  private static func quoted(_ text: String) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
  }
}
