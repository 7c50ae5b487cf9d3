// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The place of a database in the file system: what is there before the run, and how the new file gets there.
///
/// A new database is made under a temporary name in the same folder and moved to its own when its first layer is in
/// it. So the final name never shows a file without a layer, and a file that is to be replaced stays until then.
struct RunFile {
  enum Content: Equatable {
    case absent
    /// A database that this version of the program made.
    case ours
    /// Anything else, described.
    case foreign(String)
  }

  /// As the user gave it; for messages.
  let name: String
  /// Without symbolic links.
  let path: String
  let temporaryPath: String

  init(_ name: String) {
    let url = URL(fileURLWithPath: name).resolvingSymlinksInPath()
    self.name = name
    path = url.path
    temporaryPath = url.deletingLastPathComponent().appendingPathComponent(".\(url.lastPathComponent).partial").path
  }

  /// Looks at the file's type and header without opening it as a database, so that a foreign file is left as it is.
  func content() throws(RecordingError) -> Content {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else { return .absent }
    if isDirectory.boolValue { throw cannotCreate("is a directory; name a file") }
    let type = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
    guard type == .typeRegular else { throw cannotCreate("exists and is no regular file") }
    guard let handle = FileHandle(forReadingAtPath: path) else { throw cannotCreate("exists and cannot be read") }
    defer { try? handle.close() }
    guard let header = try? handle.read(upToCount: 100), header.count == 100,
      header.starts(with: Array("SQLite format 3".utf8) + [0])
    else { return .foreign("is not an SQLite database") }
    // Offsets of user_version and application_id: "Database File Format", section 1.3, sqlite.org.
    guard bigEndian(header, at: 68) == Schema.applicationID else {
      return .foreign("is an SQLite database of another program")
    }
    let version = bigEndian(header, at: 60)
    guard version == Schema.version else {
      return .foreign("was written by another version of hssim (schema \(version), here \(Schema.version))")
    }
    return .ours
  }

  private func bigEndian(_ data: Data, at offset: Int) -> Int32 {
    Int32(bitPattern: data[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) })
  }

  /// Finds out now, not after hours of simulation, whether a file can be made in the folder.
  func checkFolder() throws(RecordingError) {
    let lock = try makeTemporary()
    discardTemporary()
    withExtendedLifetime(lock) {}
  }

  /// Makes the temporary file, empty and locked, in the place of one that a killed process left.
  func makeTemporary() throws(RecordingError) -> FileLock {
    if access(temporaryPath, F_OK) == 0 {
      _ = try lock(temporaryPath)
      discardTemporary()
    }
    let descriptor = Foundation.open(temporaryPath, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw cannotCreate("cannot be created: \(String(cString: strerror(errno)))") }
    Foundation.close(descriptor)
    return try lock(temporaryPath)
  }

  /// Takes the lock of the file, under its temporary or its final name.
  func lock(_ path: String) throws(RecordingError) -> FileLock {
    guard let lock = FileLock(path: path) else { throw cannotCreate("is being written by another process") }
    return lock
  }

  /// Moves the temporary file to its final name: atomically, and over an existing file only if `replacing`.
  func place(replacing: Bool) throws(RecordingError) {
    if replacing {
      discardCompanions(of: path)
      guard rename(temporaryPath, path) == 0 else {
        throw cannotCreate("cannot be replaced: \(String(cString: strerror(errno)))")
      }
      return
    }
    // A hard link, unlike a rename, fails if somebody made the file meanwhile.
    if link(temporaryPath, path) == 0 {
      unlink(temporaryPath)
      discardCompanions(of: path)
      return
    }
    let reason = errno
    guard reason != EEXIST else { throw cannotCreate("was made by somebody else meanwhile; it is left as it is") }
    // A file system without hard links.
    guard access(path, F_OK) != 0, rename(temporaryPath, path) == 0 else {
      throw cannotCreate("cannot be created: \(String(cString: strerror(reason)))")
    }
  }

  /// Removes what is left of a database that never got its first layer.
  func discardTemporary() {
    unlink(temporaryPath)
    discardCompanions(of: temporaryPath)
  }

  /// Removes logs that an earlier database of this name left behind: SQLite would replay them into the new one.
  private func discardCompanions(of database: String) {
    for suffix in ["-wal", "-shm", "-journal"] { unlink(database + suffix) }
  }

  func cannotCreate(_ reason: String) -> RecordingError {
    RecordingError(.cannotCreate, path: name, reason: reason)
  }
}
