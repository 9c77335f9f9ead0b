import Foundation
import TestServer
import Testing

@testable import digitctl

/// The built program, as a shell sees it.
@Suite struct ProgramTests {
  private let sandbox: Sandbox
  init() throws { sandbox = try Sandbox() }

  @Test func exitCodes() throws {
    #expect(try sandbox.digitctl("version").status == 0)
    let wrong = try sandbox.digitctl("nonsense")
    #expect(wrong.status == 2)
    #expect(wrong.out.isEmpty)
    #expect(wrong.err.contains("nonsense"))
    let missing = try sandbox.digitctl("data", "convert", "nowhere", "out")
    #expect(missing.status == 3)
    #expect(missing.out.isEmpty)
    #expect(missing.err.hasPrefix("error: nowhere: "))
  }

  @Test func environmentForcesAnInstructionSet() throws {
    let forced = try sandbox.digitctl("doctor", environment: ["CK_ISA": "ref"])
    #expect(forced.status == 0)
    #expect(forced.out.contains("in use            ref"))

    let unknown = try sandbox.digitctl("doctor", environment: ["CK_ISA": "sse9"])
    #expect(unknown.status == 1)
    #expect(unknown.out.isEmpty)
    #expect(unknown.err.contains("sse9"))
  }

  @Test func environmentGivesFlags() throws {
    let ended = try sandbox.digitctl("doctor", environment: ["DIGITCTL_JSON": "1"])
    #expect(ended.out.hasPrefix("{"))
    let wrong = try sandbox.digitctl("doctor", environment: ["DIGITCTL_JSON": "perhaps"])
    #expect(wrong.status == 2)
    #expect(wrong.err.contains("DIGITCTL_JSON"))
  }

  /// More than a pipe holds is written to a reader that takes one line.
  @Test func aClosedPipeIsQuiet() throws {
    let line = "digitctl man | head -1; echo \"${PIPESTATUS[0]}\""
    let ended = try sandbox.shell(line)
    #expect(ended.err.isEmpty)
    #expect(ended.out.hasPrefix(".TH DIGITCTL 1"))
    #expect(ended.out.hasSuffix("\n0\n"))

    // Nobody reads at all: the program writes only after the reader's end.
    let gone = try sandbox.shell(
      "{ sleep 0.2; digitctl completions zsh; echo $? >&2; } | true; wait")
    #expect(gone.err == "0\n")
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func aFullDiskIsSaid() throws {
    let ended = try sandbox.shell("digitctl man >/dev/full")
    #expect(ended.status == 1)
    #expect(ended.err.hasPrefix("error: standard output: "))
    #expect(ended.err.split(separator: "\n").count == 1)
  }

  @Test func noColoursWithoutATerminal() throws {
    let ended = try sandbox.digitctl("nonsense")
    #expect(!ended.err.contains("\u{1B}"))
  }

  /// Ctrl-C during a download keeps what came, and the same command goes on from it.
  @Test func interruptedDownloadGoesOn() throws {
    let labels: [UInt8] = try labelsOfMNIST()
    let server = try TestServer { request in
      guard request.path.hasSuffix("t10k-labels-idx1-ubyte.gz") else { return .init(status: 404) }
      var answer = TestServer.Answer.file(labels, request)
      if request.firstByte == nil {
        answer.sent = 1000
        answer.stalls = true
      }
      return answer
    }
    let part = "data/mnist/t10k-labels-idx1-ubyte.gz.part"
    // The three other files are there already, so that this one is what is fetched.
    let command = "digitctl data get mnist --only t10k-labels --out data --from \(server.address)"
    let stopped = try sandbox.shell(
      "\(command) & until [ \"$(stat -c %s \(part) 2>/dev/null)\" = 1000 ]; do sleep 0.05; done; "
        + "kill -INT $!; wait $!")
    #expect(stopped.status == 130)
    #expect(stopped.err.contains("1000 bytes"))
    #expect(stopped.err.contains("goes on"))
    #expect(try sandbox.bytes(part) == Array(labels.prefix(1000)))

    let again = try sandbox.shell(command)
    #expect(again.status == 0, "\(again.err)")
    #expect(sandbox.names("data/mnist") == ["t10k-labels-idx1-ubyte.gz"])
    #expect(server.requests.last?.firstByte == 1000)
  }
}

/// A file of MNIST from the data that lies beside the repository.
func labelsOfMNIST() throws -> [UInt8] {
  let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  let path = repository.appendingPathComponent("../shared/data/mnist/t10k-labels-idx1-ubyte.gz")
  return [UInt8](try Data(contentsOf: path))
}
