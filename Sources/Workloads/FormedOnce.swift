// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A value that is formed when it is first asked for, and is there for whoever asks later.
///
/// Who asks while another thread forms it waits for that. A value whose forming failed is formed anew.
final class FormedOnce<Value: Sendable>: Sendable {
  private let formed = Mutex<Value?>(nil)

  /// - Parameter form: makes the value; must not ask for it.
  /// - Throws: what `form` throws.
  func value<Failure: Error>(_ form: () throws(Failure) -> Value) throws(Failure) -> Value {
    try formed.withLock { formed throws(Failure) in
      if let formed { return formed }
      let value = try form()
      formed = value
      return value
    }
  }
}
