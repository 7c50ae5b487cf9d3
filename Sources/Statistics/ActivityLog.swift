// SPDX-License-Identifier: Apache-2.0

/// What every component did over a layer: its spans, four bytes each.
///
/// The spans of a component are noted one behind the other and tile the layer, so that where one begins need not be kept;
/// a stretch longer than `longestSpan` is kept as several. As a sequence it yields the spans by component, and those of a
/// component by time.
///
///     var log = ActivityLog()
///     log.append(ActivitySpan(component: 0, link: -1, activity: .busy, start: 0, cycles: 12))
public struct ActivityLog: Equatable, Sendable {
  /// Cycles of the longest span.
  public static let longestSpan: Int64 = 4096

  /// A span as it is kept: what the component did, and for how long.
  @frozen
  public struct Entry: Equatable, Sendable {
    @usableFromInline let bits: UInt32

    @inlinable static var lengthBits: UInt32 { 12 }

    /// Calls `body` with what is kept of a stretch: several where it is longer than `longestSpan`.
    ///
    /// - Precondition: a link's number has 18 bits.
    @inlinable
    @inline(__always)
    public static func cut(_ activity: ActivityKind, link: Int32, cycles: Int64, _ body: (Entry) -> Void) {
      precondition(link >= -1 && link < 1 << 18 - 1, "A link's number has 18 bits.")
      var rest = cycles
      while rest > 0 {
        let part = Swift.min(rest, longestSpan)
        body(Entry(activity, link: link, cycles: part))
        rest -= part
      }
    }

    /// - Precondition: `cycles` is no more than `longestSpan`.
    @inlinable
    init(_ activity: ActivityKind, link: Int32, cycles: Int64) {
      bits = Self.code(activity, link: link) << Self.lengthBits | UInt32(truncatingIfNeeded: cycles - 1)
    }

    /// What the component did as one number, small where links are few: the activity, and the link that it waited for.
    @inlinable public var code: Int { Int(bits >> Self.lengthBits) }
    @inlinable public var cycles: Int64 { Int64(bits & (1 << Self.lengthBits - 1)) + 1 }
    public var activity: ActivityKind { Self.activity(ofCode: code) }
    /// The link that it waited for; -1 for none.
    public var link: Int32 { Self.link(ofCode: code) }

    @inlinable
    static func code(_ activity: ActivityKind, link: Int32) -> UInt32 {
      UInt32(truncatingIfNeeded: link + 1) << 2 | UInt32(activity.rawValue)
    }

    /// What a `code` says.
    public static func activity(ofCode code: Int) -> ActivityKind {
      ActivityKind(rawValue: UInt8(truncatingIfNeeded: code & 3)).unsafelyUnwrapped
    }

    public static func link(ofCode code: Int) -> Int32 { Int32(truncatingIfNeeded: code >> 2) - 1 }
  }

  fileprivate struct Track: Equatable, Sendable {
    var entries: ContiguousArray<Entry> = []
    /// The cycle behind the last span.
    var end: Int64 = 0
  }

  /// By component.
  fileprivate var tracks: ContiguousArray<Track> = []

  public init() {}

  public var isEmpty: Bool { tracks.allSatisfy { $0.entries.isEmpty } }

  /// Notes the next span of a component.
  ///
  /// - Precondition: it begins in the cycle behind the component's last.
  public mutating func append(_ span: ActivitySpan) {
    let component = Int(span.component)
    while tracks.count <= component { tracks.append(Track()) }
    tracks[component].append(span.activity, link: span.link, start: span.start, cycles: span.cycles)
  }

  /// Notes what a component did next, span by span as they are kept.
  ///
  /// - Parameter cycles: of all of them.
  public mutating func append(component: Int, _ entries: UnsafeBufferPointer<Entry>, cycles: Int64) {
    while tracks.count <= component { tracks.append(Track()) }
    tracks[component].entries.append(contentsOf: entries)
    tracks[component].end += cycles
  }

  /// The spans of a component as they are kept, by time; they begin at cycle 0.
  public func entries(of component: Int) -> ContiguousArray<Entry> {
    component < tracks.count ? tracks[component].entries : []
  }

  /// The cycle behind the last span of a component.
  public func end(of component: Int) -> Int64 { component < tracks.count ? tracks[component].end : 0 }

  /// How much was noted so far.
  public struct Mark: Sendable {
    fileprivate let ends: [(entries: Int, end: Int64)]
  }

  public var mark: Mark { Mark(ends: tracks.map { ($0.entries.count, $0.end) }) }

  /// Forgets what was noted since `mark`.
  public mutating func rewind(to mark: Mark) {
    for component in tracks.indices {
      let (entries, end) = component < mark.ends.count ? mark.ends[component] : (0, 0)
      tracks[component].entries.removeSubrange(entries...)
      tracks[component].end = end
    }
  }
}

extension ActivityLog.Track {
  @inline(__always)
  fileprivate mutating func append(_ activity: ActivityKind, link: Int32, start: Int64, cycles: Int64) {
    precondition(start == end && cycles > 0, "The spans of a component overlap or leave a gap.")
    end = start + cycles
    ActivityLog.Entry.cut(activity, link: link, cycles: cycles) { entries.append($0) }
  }
}

extension ActivityLog: Sequence {
  public struct Iterator: IteratorProtocol {
    private let log: ActivityLog
    private var component = 0
    private var position = 0
    private var start: Int64 = 0

    fileprivate init(_ log: ActivityLog) { self.log = log }

    public mutating func next() -> ActivitySpan? {
      while component < log.tracks.count {
        let entries = log.tracks[component].entries
        if position < entries.count {
          let entry = entries[position]
          defer {
            position += 1
            start += entry.cycles
          }
          return ActivitySpan(
            component: Int32(component), link: entry.link, activity: entry.activity, start: start, cycles: entry.cycles)
        }
        (component, position, start) = (component + 1, 0, 0)
      }
      return nil
    }
  }

  public func makeIterator() -> Iterator { Iterator(self) }
}
