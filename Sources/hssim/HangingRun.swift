// SPDX-License-Identifier: Apache-2.0

/// A run that hangs, and how to find out why.
struct HangingRun: Error, CustomStringConvertible {
  /// A `Deadlock` or a `Livelock`.
  let error: any Error
  /// The database that a replay starts from.
  let path: String

  var description: String {
    "\(error)\n'hssim replay \(shellWord(path)) -c \"goto end\"' replays the run to where it hangs"
  }
}
