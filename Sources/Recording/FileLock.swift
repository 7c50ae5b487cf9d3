// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Says to other processes that a database is being written, for as long as it lives.
///
/// SQLite's own locks last for a transaction; without this one, two processes started with the same command would both
/// take up the same run. It is a lock on the file, not on its name, and goes with the process however that ends.
final class FileLock {
  private let descriptor: Int32

  /// Nil if another process has the lock, or the file cannot be opened.
  init?(path: String) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      Foundation.close(descriptor)
      return nil
    }
  }

  /// Must come after the database is closed: closing any descriptor of a file drops the process's POSIX locks on it.
  deinit {
    Foundation.close(descriptor)
  }
}
