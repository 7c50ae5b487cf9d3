// SPDX-License-Identifier: Apache-2.0
import Accelerators
import Testing

@Suite struct `A parameter schema` {
  private static func parameter(
    _ key: String, _ kind: Parameter.Kind = .integer(1...10), default value: ParameterValue? = 1,
    onlyWhen condition: Parameter.Condition? = nil
  ) -> Parameter {
    Parameter(key, kind, default: value, source: "test", onlyWhen: condition, "A parameter.")
  }

  struct Flaw: CustomTestStringConvertible, Sendable {
    let parameters: [Parameter]
    let message: String
    var testDescription: String { message }
  }

  @Test(arguments: [
    Flaw(parameters: [parameter("a.b"), parameter("a.b")], message: "a.b is defined twice"),
    Flaw(parameters: [parameter("a.b"), parameter("a")], message: "a is both a parameter and the group of a.b"),
    Flaw(
      parameters: [parameter("a.b.c"), parameter("a.b")], message: "a.b is both a parameter and the group of a.b.c"),
    Flaw(parameters: [parameter("a..b")], message: "a..b is no dotted key"),
    Flaw(parameters: [parameter("A")], message: "A is no dotted key"),
    Flaw(parameters: [parameter("")], message: " is no dotted key"),
    Flaw(parameters: [parameter("name")], message: "name collides with the header of design files"),
    Flaw(parameters: [parameter("a", default: 11)], message: "a: the default is not allowed: 11 is out of range"),
    Flaw(
      parameters: [parameter("a", default: "x")],
      message: "a: the default is not allowed: text(\"x\") is of another type"),
    Flaw(
      parameters: [parameter("a", onlyWhen: .init("b", isOneOf: ["x"]))],
      message: "a depends on b, which is no unconditional parameter"),
    Flaw(
      parameters: [parameter("a", onlyWhen: .init("b", isOneOf: ["x"])), parameter("b")],
      message: "a depends on b, which is no choice"),
    Flaw(
      parameters: [
        parameter("a", onlyWhen: .init("b", isOneOf: ["z"])), parameter("b", .choice(["x", "y"]), default: "x"),
      ], message: "a depends on a choice that b does not have"),
  ])
  func `with a flaw does not come to exist`(_ flaw: Flaw) throws {
    let error = try #require(throws: ParameterSchema.DefinitionError.self) {
      _ = try ParameterSchema(design: "Flawed", parameters: flaw.parameters)
    }
    #expect(error.description == flaw.message)
  }

  @Test func `whose check rejects the defaults does not come to exist`() throws {
    let error = try #require(throws: ParameterSchema.DefinitionError.self) {
      let check = ParameterSchema.Check("a") { "\($0.integer("a")) is too few" }
      _ = try ParameterSchema(design: "Flawed", parameters: [Self.parameter("a")], checks: [check])
    }
    #expect(error.description.contains("1 is too few"))
  }

  @Test func `lists its assumptions`() throws {
    #expect(try SampleDesign.schema().assumptions.map(\.key) == ["dram.model", "glb.gated"])
  }
}
