// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Writes a file that appears whole or not at all: under a temporary name beside its place, then renamed.
///
/// - Parameter replacing: whether an existing file may be replaced.
/// - Throws: `WorkloadError`: `cannotCreate` if the file exists or cannot be made there, `inputOutput` if writing fails.
func writeAtomically(_ bytes: [UInt8], to path: String, replacing: Bool) throws(WorkloadError) {
  func failure(_ kind: WorkloadError.Kind, _ action: String) -> WorkloadError {
    WorkloadError(kind, file: path, "\(action): \(String(cString: strerror(errno)))")
  }
  try checkPlace(of: path, replacing: replacing)
  let temporary = "\(path).partial-\(getpid())"
  let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
  guard descriptor >= 0 else { throw failure(.cannotCreate, "cannot be created") }
  var written = 0
  while written < bytes.count {
    let count = bytes.withUnsafeBytes { buffer in
      buffer.baseAddress.map { Foundation.write(descriptor, $0 + written, bytes.count - written) } ?? 0
    }
    if count < 0 && errno == EINTR { continue }
    guard count > 0 else {
      let error = failure(.inputOutput, "cannot be written")
      close(descriptor)
      unlink(temporary)
      throw error
    }
    written += count
  }
  guard close(descriptor) == 0, rename(temporary, path) == 0 else {
    let error = failure(.inputOutput, "cannot be completed")
    unlink(temporary)
    throw error
  }
}

/// Checks that a file can be made at `path`, without making it.
///
/// - Throws: `WorkloadError` of kind `cannotCreate`: something is there that must stay, or the folder takes no file.
func checkPlace(of path: String, replacing: Bool) throws(WorkloadError) {
  var status = stat()
  if stat(path, &status) == 0 {
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw WorkloadError(.cannotCreate, file: path, "is not a regular file")
    }
    guard replacing else {
      throw WorkloadError(.cannotCreate, file: path, "exists already", allowed: "a new file, or --force to replace it")
    }
  }
  let folder = path.folderOfPath
  guard access(folder.isEmpty ? "." : folder, W_OK | X_OK) == 0 else {
    throw WorkloadError(.cannotCreate, file: path, "cannot be created: \(String(cString: strerror(errno)))")
  }
}
