import Testing

@testable import digitctl

/// Words into values, by a command of every kind of flag.
@Suite struct ParserTests {
  private enum Fruit: String, CaseIterable, CustomStringConvertible {
    case apple
    case banana
    var description: String { rawValue }
  }

  private static let count = Flag(
    "--count", short: "-n", .whole(1...9), "N", default: 3, "how many")
  private static let share = Flag("--share", .number(0...1), "X", "a share")
  private static let fruit = Flag(
    "--fruit", ValueType<Fruit>.choice, "NAME", default: .apple, "which")
  private static let tags = Flag<[String]>(repeated: "--tag", .text, "TEXT", "tags")
  private static let fast = Flag("--fast", short: "-f", "quickly")
  private static let first = Argument("FIRST", ValueType<String>.text, "the first")
  private static let rest = Argument<[Int]>(
    repeated: "REST", required: false, .whole(0...), "others")

  private static let command: Command = Command(
    name: "try", abstract: "Try.", arguments: [first, rest],
    flags: [count, share, fruit, tags, fast], takesConfiguration: true)
  private static let root: Command = Command(
    name: "root", abstract: "all",
    subcommands: [Command(name: "group", abstract: "g", subcommands: [command])])

  private func parse(
    _ words: String..., environment: [String: String] = [:]
  ) throws -> Invocation { try parse(words, environment) }

  private func parse(
    _ words: [String], _ environment: [String: String] = [:]
  ) throws -> Invocation {
    let parser = Parser(root: ParserTests.root, environment: { environment[$0] })
    var parsed = try parser.parse(["group", "try"] + words)
    try parser.complete(&parsed)
    return try Invocation(
      path: parsed.path, command: parsed.command, console: Console(out: { _ in }, err: { _ in }),
      words: parsed.words, positional: parsed.positional)
  }

  private func message(_ words: String..., environment: [String: String] = [:]) -> String {
    do {
      _ = try parse(words, environment)
      return ""
    } catch let error as UsageError {
      return error.message
    } catch let error as InputError {
      return error.message
    } catch {
      return "\(error)"
    }
  }

  @Test func defaults() throws {
    let got = try parse("one")
    #expect(got[ParserTests.count] == 3)
    #expect(got[ParserTests.share] == nil)
    #expect(got[ParserTests.fruit] == .apple)
    #expect(got[ParserTests.tags] == [])
    #expect(!got[ParserTests.fast])
    #expect(got[ParserTests.first] == "one")
    #expect(got[ParserTests.rest] == [])
    #expect(!got.isGiven(ParserTests.count))
  }

  @Test(arguments: [
    ["--count", "5"], ["--count=5"], ["-n", "5"], ["-n5"], ["-n=5"], ["-fn5"], ["-n", "2", "-n5"],
  ])
  func waysToGiveAValue(_ words: [String]) throws {
    let got = try parse(words + ["one"])
    #expect(got[ParserTests.count] == 5)
    #expect(got[ParserTests.fast] == words[0].hasPrefix("-f"))
    #expect(got[ParserTests.first] == "one")
  }

  @Test func repeatedAndPositional() throws {
    let got = try parse("--tag", "a", "-", "1", "--tag=b=c", "2", "--share", "0.5")
    #expect(got[ParserTests.tags] == ["a", "b=c"])
    #expect(got[ParserTests.first] == "-")
    #expect(got[ParserTests.rest] == [1, 2])
    #expect(got[ParserTests.share] == 0.5)
  }

  @Test func afterTwoDashesAllIsPositional() throws {
    let got = try parse("--fast", "--", "--count")
    #expect(got[ParserTests.first] == "--count")
    #expect(got[ParserTests.fast])
  }

  @Test func flagsCanBeTakenBack() throws {
    #expect(try !parse("one", "--fast=no")[ParserTests.fast])
    #expect(try !parse("one", "--fast=no", environment: ["DIGITCTL_FAST": "1"])[ParserTests.fast])
  }

  @Test func environmentComesBehindTheCommandLine() throws {
    let environment = ["DIGITCTL_COUNT": "7", "DIGITCTL_FAST": "1", "DIGITCTL_TAG": "a\nb"]
    let got = try parse("one", environment: environment)
    #expect(got[ParserTests.count] == 7)
    #expect(got[ParserTests.fast])
    #expect(got[ParserTests.tags] == ["a", "b"])
    #expect(try parse("one", "-n", "2", environment: environment)[ParserTests.count] == 2)
    #expect(
      message("one", environment: ["DIGITCTL_COUNT": "10"])
        == "DIGITCTL_COUNT: --count takes a whole number from 1 to 9, not '10'")
  }

  @Test func configurationComesLast() throws {
    let sandbox = try Sandbox()
    let path = sandbox.folder + "/flags.json"
    try sandbox.write(
      #"{"count": 4, "fast": true, "tag": ["x", "y"], "share": null, "fruit": "banana"}"#,
      "flags.json")
    let got = try parse("one", "--config", path, environment: ["DIGITCTL_COUNT": "7"])
    #expect(got[ParserTests.count] == 7)
    #expect(got[ParserTests.fast])
    #expect(got[ParserTests.tags] == ["x", "y"])
    #expect(got[ParserTests.share] == nil)
    #expect(got[ParserTests.fruit] == .banana)

    // What is printed is read again as the same.
    try sandbox.write(ConfigurationFile.text(of: got), "again.json")
    let again = try parse("one", "--config", sandbox.folder + "/again.json")
    #expect(ConfigurationFile.text(of: again) == ConfigurationFile.text(of: got))
    #expect(again[ParserTests.count] == 7)
  }

  @Test(arguments: [
    (#"{"cuont": 4}"#, "did you mean 'count'"), (#"{"count": 40}"#, "from 1 to 9"),
    (#"{"count": [1, 2]}"#, "one value"), (#"[1]"#, "no JSON object"),
    (#"{"count": 4"#, "expected"),
    (#"{"count": 4, "count": 5}"#, "twice"), (#"{"count": 4} x"#, "end"), ("", "expected"),
    (#"{"fast": "maybe"}"#, "yes or no"),
  ])
  func badConfigurations(_ text: String, _ words: String) throws {
    let sandbox = try Sandbox()
    try sandbox.write(text, "flags.json")
    let found = message("one", "--config", sandbox.folder + "/flags.json")
    #expect(found.contains(words), "\(found)")
    #expect(found.contains("flags.json"))
  }

  @Test func whatDoesNotFit() {
    #expect(message() == "FIRST is missing")
    #expect(message("one", "x") == "REST takes a whole number from 0, not 'x'")
    #expect(message("one", "--count") == "--count needs a whole number from 1 to 9")
    #expect(message("one", "--count", "--fast") == "--count needs a whole number from 1 to 9")
    #expect(message("one", "--count", "0") == "--count takes a whole number from 1 to 9, not '0'")
    #expect(message("one", "--share", "nan").contains("a number from 0.0 to 1.0"))
    #expect(message("one", "--fruit", "aple").hasSuffix("not 'aple'; did you mean 'apple'?"))
    #expect(message("one", "--cuont", "1") == "there is no flag '--cuont'; did you mean '--count'?")
    #expect(message("one", "--fast=perhaps").contains("yes or no"))
    #expect(message("one", "-z").hasPrefix("there is no flag '-z'"))
  }

  @Test func commandsThatAreNotThere() {
    let parser = Parser(root: ParserTests.root, environment: { _ in nil })
    for (words, wanted) in [
      (["grup"], "did you mean 'group'"), (["group", "tri"], "did you mean 'try'"),
      (["group"], "a command is missing: one of try"), (["--nonsense"], "no flag '--nonsense'"),
    ] {
      let error = #expect(throws: UsageError.self) { try parser.parse(words) }
      #expect(error?.message.contains(wanted) == true, "\(error?.message ?? "")")
    }
  }

  @Test func commonFlagsMayStandFirst() throws {
    let parser = Parser(root: ParserTests.root, environment: { _ in nil })
    let parsed = try parser.parse(["-q", "group", "--verbose", "try", "one"])
    #expect(parsed.path == ["group", "try"])
    #expect(parsed.words.keys.sorted() == ["--quiet", "--verbose"])
    #expect(try parser.parse(["group", "-h"]).wantsHelp)
    #expect(try parser.parse(["group", "try", "--help"]).wantsHelp)
  }
}
