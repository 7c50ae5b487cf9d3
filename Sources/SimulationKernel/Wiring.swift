// SPDX-License-Identifier: Apache-2.0

/// One end of a link, before and after it is connected.
struct Endpoint {
  let owner: String
  let name: String
  let isInput: Bool
  let cell: UnsafeMutablePointer<UnsafeMutablePointer<LinkState>?>

  var fullName: String { "\(owner).\(name)" }
}

/// A wire of the block diagram.
struct Link {
  let name: String
  let sender: Endpoint
  let receiver: Endpoint
  let state: UnsafeMutablePointer<LinkState>
  let slotCount: Int
  /// Bytes of a slot, and of what is in front of its message.
  let slotStride: Int
  let messageOffset: Int
  /// The names and places of a message's parts; found once, when first asked for.
  let layout: () -> StateLayout
  /// What needs to know the type of the messages: sends one that lies somewhere, takes the oldest, and says what one adds to
  /// those before it.
  let send: (UnsafeRawPointer, Int) -> Void
  let drop: () -> Void
  let amounts: (UnsafeRawPointer) -> SIMD8<Int64>
  let messageSize: Int
  let isCounted: Bool

  func deallocate() {
    state.pointee.ring.deallocate()
    state.deallocate()
  }

  /// What stands in front of the message of an ordinal.
  func header(_ ordinal: Int64) -> LinkSlotHeader {
    (state.pointee.ring + place(ordinal)).assumingMemoryBound(to: LinkSlotHeader.self).pointee
  }

  /// The message of an ordinal.
  func content(_ ordinal: Int64) -> UnsafeRawPointer {
    UnsafeRawPointer(state.pointee.ring + place(ordinal) + messageOffset)
  }

  private func place(_ ordinal: Int64) -> Int { Int(ordinal & state.pointee.mask) * slotStride }
}

/// What is wrong with the wiring of a simulation.
public enum WiringError: Error, Equatable, CustomStringConvertible {
  case dangling([String])
  case duplicateComponent(String)
  case duplicateEndpoint(String)
  case unknownOwner(endpoint: String)

  public var description: String {
    switch self {
    case .dangling(let names): "not connected: \(names.joined(separator: ", "))"
    case .duplicateComponent(let name): "two components are called \(name)"
    case .duplicateEndpoint(let name): "two endpoints are called \(name)"
    case .unknownOwner(let endpoint): "\(endpoint) belongs to no component"
    }
  }
}

extension Simulation {
  func declareEndpoint(
    owner: String, name: String, isInput: Bool
  ) -> UnsafeMutablePointer<UnsafeMutablePointer<LinkState>?> {
    precondition(!isStarted, "endpoints are declared before the simulation starts")
    let cell = UnsafeMutablePointer<UnsafeMutablePointer<LinkState>?>.allocate(capacity: 1)
    cell.initialize(to: nil)
    endpoints.append(Endpoint(owner: owner, name: name, isInput: isInput, cell: cell))
    return cell
  }

  /// Draws an arrow from `output` to `input`.
  ///
  /// - Parameters:
  ///   - latency: cycles of the sender's clock from send to arrival, at least 1.
  ///   - capacity: messages the link holds, in flight or waiting. A slot returns to the sender one edge after the
  ///     receive, so full throughput takes `latency + 1` slots, as with a skid buffer.
  ///   - width: bytes per cycle of the sender's clock; nil for one that never limits.
  /// - Precondition: neither end is connected yet, and their components belong to this simulation.
  public func connect<Message: BitwiseCopyable>(
    _ output: Output<Message>, to input: Input<Message>, latency: Cycle = 1, capacity: Int, width: Int? = nil
  ) {
    precondition(!isStarted, "links are drawn before the simulation starts")
    precondition(latency >= 1 && capacity >= 1 && (width ?? 1) >= 1, "latency, capacity and width are at least 1")
    precondition(output.endpoint.pointee == nil && input.endpoint.pointee == nil, "an endpoint has one link")
    guard let sender = endpoints.first(where: { $0.cell == output.endpoint }),
      let receiver = endpoints.first(where: { $0.cell == input.endpoint })
    else { preconditionFailure("both ends of a link belong to its simulation") }
    let name = "\(sender.fullName)->\(receiver.fullName)"
    var slotCount = 1
    while slotCount < capacity { slotCount *= 2 }
    let slotStride = MemoryLayout<LinkSlot<Message>>.stride
    let ring = UnsafeMutableRawPointer.allocate(
      byteCount: slotCount * slotStride, alignment: max(64, MemoryLayout<LinkSlot<Message>>.alignment))
    ring.initializeMemory(as: UInt8.self, repeating: 0, count: slotCount * slotStride)
    ring.bindMemory(to: LinkSlot<Message>.self, capacity: slotCount)
    let state = UnsafeMutableRawPointer.allocate(byteCount: MemoryLayout<LinkState>.stride, alignment: 64)
      .bindMemory(to: LinkState.self, capacity: 1)
    state.initialize(
      to: LinkState(
        id: Int32(links.count), capacity: capacity, width: Int64(width ?? 0), latency: latency,
        mask: Int64(slotCount - 1), ring: ring, hash: LinkHash(name: name), shared: shared))
    output.endpoint.pointee = state
    input.endpoint.pointee = state
    let messageOffset = LinkSlot<Message>.messageOffset
    links.append(
      Link(
        name: name, sender: sender, receiver: receiver, state: state, slotCount: slotCount, slotStride: slotStride,
        messageOffset: messageOffset, layout: Self.layout(of: Message.self, in: ring + messageOffset),
        send: { content, bytes in
          _ = state.pointee.append(as: Message.self, bytes: bytes) {
            $0.pointee = content.loadUnaligned(as: Message.self)
          }
        },
        drop: { state.pointee.removeFirst(as: Message.self) },
        amounts: { content in
          let message = content.loadUnaligned(as: Message.self)
          return (message as? any CountedMessage)?.amounts ?? SIMD8(1, 0, 0, 0, 0, 0, 0, 0)
        },
        messageSize: MemoryLayout<Message>.size, isCounted: Message.self is any CountedMessage.Type))
  }

  /// Finds the layout of messages when it is first asked for, and remembers it.
  private static func layout<Message: BitwiseCopyable>(
    of type: Message.Type, in memory: UnsafeRawPointer
  ) -> () -> StateLayout {
    var found: StateLayout?
    return {
      // All bits zero, as they are before the first message, are a value of every trivial type.
      let layout = found ?? StateLayout(of: memory.load(as: Message.self))
      found = layout
      return layout
    }
  }

  /// Checks the wiring and prepares the first edge, at which every component ticks once.
  ///
  /// - Throws: `WiringError` for an endpoint left dangling, one whose owner is no component, or a name used twice.
  public func start() throws(WiringError) {
    precondition(!isStarted, "a simulation starts once")
    var owners: [String: Component] = [:]
    for component in components where owners.updateValue(component, forKey: component.name) != nil {
      throw .duplicateComponent(component.name)
    }
    for endpoint in endpoints where owners[endpoint.owner] == nil {
      throw .unknownOwner(endpoint: endpoint.fullName)
    }
    // Links are told apart by their names, in the event hash too.
    var names: Set<String> = []
    for endpoint in endpoints where !names.insert(endpoint.fullName).inserted {
      throw .duplicateEndpoint(endpoint.fullName)
    }
    let dangling = endpoints.filter { $0.cell.pointee == nil }.map(\.fullName)
    guard dangling.isEmpty else { throw .dangling(dangling) }
    isStarted = true
    for domain in domains {
      if let seed = perturbation.shuffleSeed { domain.components.shuffle(seed: seed) }
      domain.freeze()
    }
    activityTap = activityObserver.map { ActivityTap($0) }
    shared.pointee = SharedState(
      clocks: domains.map(\.state), links: links.map(\.state),
      activityTap: activityTap.map { Unmanaged.passUnretained($0) })
    for link in links {
      guard let sender = owners[link.sender.owner], let receiver = owners[link.receiver.owner] else { continue }
      link.state.pointee.ends = LinkEnds(sender: sender, receiver: receiver)
    }
  }

  /// Attaches `observer` to the links drawn so far whose names satisfy `isIncluded`.
  ///
  /// - Precondition: none of them has an observer yet.
  public func observeMessages(_ observer: any MessageObserver, where isIncluded: (String) -> Bool = { _ in true }) {
    let tap = MessageTap(observer)
    taps.append(tap)
    for link in links where isIncluded(link.name) {
      precondition(link.state.pointee.observer == nil, "a link has one observer")
      link.state.pointee.observer = Unmanaged.passUnretained(tap)
    }
  }
}

extension Array where Element == Component {
  /// A seeded Fisher-Yates shuffle; a test of order independence must be repeatable itself.
  fileprivate mutating func shuffle(seed: UInt64) {
    var state = seed
    for index in indices.reversed() {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      swapAt(index, Int((state >> 33) % UInt64(index + 1)))
    }
  }
}
