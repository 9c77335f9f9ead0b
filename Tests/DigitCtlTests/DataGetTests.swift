import Foundation
import TestServer
import Testing

@testable import digitctl

/// `digitctl data get` against a server on this machine.
@Suite struct DataGetTests {
  private let sandbox: Sandbox
  init() throws { sandbox = try Sandbox() }

  /// Serves one file of MNIST.
  private func server() throws -> TestServer {
    let labels = try labelsOfMNIST()
    return try TestServer { request in
      request.path == "/mnist/t10k-labels-idx1-ubyte.gz"
        ? .file(labels, request) : .init(status: 404)
    }
  }

  private func get(_ server: TestServer, _ flags: String..., environment: [String: String] = [:])
    throws -> Sandbox.Ended
  {
    let flags = flags.map { "'\($0)'" }.joined(separator: " ")
    let variables = environment.map { "\($0)='\($1)' " }.joined()
    return try sandbox.shell(
      "\(variables) digitctl data get mnist --from \(server.address)/mnist --only t10k-labels \(flags)"
    )
  }

  @Test func putsSetsWhereTheyAreLookedFor() throws {
    let server = try server()
    for (environment, place) in [
      (["DIGITKIT_DATA": "\(sandbox.folder)/own"], "own"),
      (["XDG_DATA_HOME": "\(sandbox.folder)/xdg"], "xdg/digitkit"),
      ([:], ".local/share/digitkit"),
    ] {
      let ended = try get(server, environment: environment)
      #expect(ended.status == 0, "\(ended.err)")
      #expect(ended.err.isEmpty)
      #expect(sandbox.names("\(place)/mnist") == ["t10k-labels-idx1-ubyte.gz"])
      #expect(ended.out.hasPrefix("\(sandbox.folder)/\(place)/mnist/t10k-labels"))
    }
  }

  @Test func whatIsThereIsCheckedAndNotFetched() throws {
    let server = try server()
    _ = try get(server, "--out", "d")
    let again = try get(server, "--out", "d", "--json")
    #expect(again.out.contains(#""outcome": "present""#))
    #expect(server.requests.count == 1)

    try sandbox.write([1, 2, 3], "d/mnist/t10k-labels-idx1-ubyte.gz")
    let damaged = try get(server, "--out", "d")
    #expect(damaged.status == 3)
    #expect(damaged.err.contains("--force"))
    #expect(try sandbox.bytes("d/mnist/t10k-labels-idx1-ubyte.gz") == [1, 2, 3])
    #expect(try get(server, "--out", "d", "--force").status == 0)
    #expect(try sandbox.bytes("d/mnist/t10k-labels-idx1-ubyte.gz") == labelsOfMNIST())
  }

  @Test func saysWhyNothingCame() throws {
    let empty = try TestServer { _ in .init(status: 500) }
    let ended = try get(empty, "--out", "d")
    #expect(ended.status == 1)
    #expect(ended.out.isEmpty)
    let lines = ended.err.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.first?.hasPrefix("warning: ") == true)
    #expect(lines.last?.hasPrefix("error: ") == true)
    #expect(lines.last?.contains("HTTP status 500") == true)
    #expect(sandbox.names("d/mnist").isEmpty)
  }

  @Test func aFolderThatCannotBe() throws {
    try sandbox.write("I am a file", "d")
    let ended = try get(server(), "--out", "d")
    #expect(ended.status == 1)
    #expect(ended.err.contains("d"))
    #expect(try sandbox.text("d") == "I am a file")
  }

  @Test func namesThatAreNotThere() {
    let (code, out, err) = run(["data", "get", "mnits"])
    #expect(code == .wrongUsage)
    #expect(out.isEmpty)
    #expect(err.contains("did you mean \"mnist\""))
    #expect(run(["data", "get", "mnist", "--only", "nothing"]).code == .wrongUsage)
    let list = run(["data", "get"])
    #expect(list.code == .done)
    for name in ["mnist", "fashion-mnist", "kmnist"] { #expect(list.out.contains(name)) }
  }
}
