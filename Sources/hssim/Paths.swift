// SPDX-License-Identifier: Apache-2.0
import Foundation

extension String {
  /// The path without symbolic links, `.` and `..`, for telling whether two paths lead to one file.
  var resolvedPath: String { URL(fileURLWithPath: self).resolvingSymlinksInPath().standardizedFileURL.path }

  /// The last part of a path; a name that is no path stays as it is.
  var lastPathComponent: String { isYAMLPath ? (self as NSString).lastPathComponent : self }

  /// Whether `--design` takes the text for a file.
  var isYAMLPath: Bool { hasSuffix(".yaml") || hasSuffix(".yml") }
}
