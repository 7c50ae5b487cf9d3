// SPDX-License-Identifier: Apache-2.0

/// How an operand, or the result, is stored in memory and buffer.
public enum StorageFormat: String, CaseIterable, Sendable {
  /// Whatever takes fewer bits; for the result, compressed behind a ReLU.
  case auto
  case uncompressed
  /// Zeros left out, a bit for every word.
  case bitmask
}
