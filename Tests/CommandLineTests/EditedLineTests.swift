// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import hssim

/// Keys do to a line what they do in other programs.
@Suite struct EditedLineTests {
  private func typed(_ keys: [EditingKey], history: [String] = []) -> EditedLine {
    var line = EditedLine(history: history)
    for key in keys { line.edit(key) }
    return line
  }

  private func text(_ text: String) -> [EditingKey] { text.map { .insert(String($0)) } }

  @Test func `characters go in where the cursor is`() {
    #expect(typed(text("gto") + [.left, .left, .insert("o")]).text == "goto")
    #expect(typed(text("äö") + [.home, .insert("x"), .endOfLine, .insert("y")]).text == "xäöy")
    #expect(typed(text("abc") + [.left]).cursorMove == "\u{1B}[1D")
    #expect(typed(text("abc")).cursorMove.isEmpty)
  }

  @Test func `characters go out on either side of the cursor`() {
    #expect(typed(text("goto") + [.backspace]).text == "got")
    #expect(typed(text("goto") + [.home, .delete]).text == "oto")
    #expect(typed(text("goto") + [.home, .backspace]).text == "goto")
    #expect(typed(text("goto") + [.delete]).text == "goto")
    #expect(typed(text("goto 12 x") + [.killWord, .killWord]).text == "goto ")
    #expect(typed(text("goto 12") + [.left, .left, .killToEnd]).text == "goto ")
    #expect(typed(text("goto 12") + [.left, .left, .killToStart]).text == "12")
  }

  @Test func `the cursor stays within the line`() {
    #expect(typed([.left, .right, .insert("a"), .right, .right, .insert("b")]).text == "ab")
  }

  @Test func `the history is walked through and the begun line kept`() {
    let history = ["first", "second"]
    #expect(typed(text("new") + [.up], history: history).text == "second")
    #expect(typed(text("new") + [.up, .up, .up], history: history).text == "first")
    #expect(typed(text("new") + [.up, .up, .down, .down], history: history).text == "new")
    #expect(typed([.up, .insert("!"), .down, .up], history: history).text == "second!")
  }

  @Test func `a word is completed as far as the names agree`() {
    let names = ["goto", "PEArray[0]", "PEArray[1]", "print"]
    func completed(_ start: String) -> String {
      var line = typed(text(start))
      line.complete(among: names)
      return line.text
    }
    #expect(completed("go") == "goto ")
    #expect(completed("print PE") == "print PEArray[")
    #expect(completed("x") == "x")
    #expect(completed("") == "")
  }

  @Test func `a stored command is split into the words it was made of`() {
    let words = ["hssim", "simulate", "--set", "a b", "it's", "", "x=1"]
    #expect(shellWords(of: words.map(shellWord).joined(separator: " ")) == words)
  }
}
