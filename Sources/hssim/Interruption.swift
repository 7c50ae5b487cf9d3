// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import Synchronization

/// Notes SIGINT and SIGTERM, so that a run can end at a place from which it can be resumed.
///
/// The second signal ends the process at once: the database is safe at the end of its last layer, whatever happens.
///
/// Unchecked: the sources are made and cancelled with it, and never touched in between.
final class Interruption: @unchecked Sendable {
  private final class Received: Sendable {
    let signal = Atomic<Int32>(0)
  }

  private let received = Received()
  private let sources: [any DispatchSourceSignal]

  init() {
    sources = [SIGINT, SIGTERM].map { [received] signal in
      let source = DispatchSource.makeSignalSource(signal: signal, queue: .global())
      source.setEventHandler {
        let isFirst = received.signal.compareExchange(expected: 0, desired: signal, ordering: .relaxed).exchanged
        if !isFirst { _exit(128 + signal) }
      }
      source.activate()
      return source
    }
  }

  deinit {
    for source in sources { source.cancel() }
  }

  /// The signal that came first; nil while there was none.
  var signal: Int32? {
    let signal = received.signal.load(ordering: .relaxed)
    return signal == 0 ? nil : signal
  }
}

/// A run that a signal ended.
struct Interrupted: Error, CustomStringConvertible {
  let signal: Int32
  let finishedLayers: Int
  let layers: Int
  let path: String

  var description: String {
    let name = signal == SIGINT ? "SIGINT" : "SIGTERM"
    let kept =
      finishedLayers == 0
      ? "no layer was finished, so there is no file"
      : "\(path) holds \(finishedLayers) of \(layers) layers; the same command goes on from there"
    return "ended by \(name): \(kept)"
  }
}
