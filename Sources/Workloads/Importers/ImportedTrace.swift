// SPDX-License-Identifier: Apache-2.0
import Sparsity

/// What an importer made of a file: layers, their tensors, and what could not be taken over as it was.
public struct ImportedTrace: Sendable {
  /// In the order of the file.
  public var layers: [ImportedLayer] = []
  /// What the file says and a trace cannot, or what was decided; a sentence each, for people.
  public var notes: [String] = []
  /// To be written beside the trace, in this order.
  public var tensors: [(name: String, tensor: WritableTensor)] = []
  /// What belongs to the tensors, such as their scales.
  public var metadata: [(key: String, value: String)] = []

  public init() {}

  /// The YAML of the trace, which `LayerTrace` reads.
  ///
  /// - Parameters:
  ///   - name: of the trace.
  ///   - tensorFile: the file of `tensors`, as the trace names it.
  ///   - origin: lines for its head, without `#`.
  public func yamlText(name: String, tensorFile: String, origin: [String]) -> String {
    let head = (origin + notes).map { "# \(Self.oneLine($0))" }
    let lines = head + ["hssim_trace: 1", "name: \(quotedYAML(name))", "layers:"]
    return (lines + layers.flatMap { $0.yamlLines(tensorFile: tensorFile) }).joined(separator: "\n") + "\n"
  }

  private static func oneLine(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
  }
}

extension ImportedTrace {
  /// The name of a trace for a file: what its name has before the extension, with `-` for what no name may have.
  public static func name(ofFile path: String) -> String {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    let stem = file.lastIndex(of: ".").map { String(file[..<$0]) } ?? file
    return acceptable(stem, punctuation: "._-", otherwise: "-", fallback: "trace")
  }
}

/// The names of a trace's layers: each as it was where a trace takes it, else as near as can be; no two are the same.
struct LayerNames {
  private var used: Set<String> = []

  /// A name for the next layer, and a note if it is not `wanted`.
  ///
  /// - Parameter place: what the note begins with, such as `line 3`.
  mutating func take(_ wanted: String, at place: String, notes: inout [String]) -> String {
    let stem = acceptable(wanted, punctuation: "._-/", otherwise: "_", fallback: "layer")
    var name = stem
    var count = 1
    while !used.insert(name).inserted {
      count += 1
      name = "\(stem)-\(count)"
    }
    if name != wanted {
      let reason = stem == wanted ? "is the name of a layer before it" : "is no name that a trace takes"
      notes.append("\(place): \(quoted(wanted)) \(reason); the layer is called '\(name)'")
    }
    return name
  }
}

/// `text` with `otherwise` for every character that is neither alphanumeric (ASCII) nor in `punctuation`.
private func acceptable(_ text: String, punctuation: String, otherwise: Character, fallback: String) -> String {
  func isAlphanumeric(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber)
  }
  let name = String(text.prefix(180).map { isAlphanumeric($0) || punctuation.contains($0) ? $0 : otherwise })
  guard let first = name.first else { return fallback }
  return isAlphanumeric(first) ? name : "\(fallback)\(otherwise)\(name)"
}
