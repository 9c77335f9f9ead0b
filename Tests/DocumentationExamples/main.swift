// Every Swift example of the documents, so that the compiler reads them, and all of them run that need no network.
// Tests/DigitCtlTests/Documentation holds each against its document, text for text, and runs this program in a folder
// of its own with the files that the examples read.
import DigitKit

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

let pages: [(name: String, run: () throws -> Void)] = [
  ("README.md", readmeExamples), ("docs/swift-api.md", swiftAPIExamples),
  ("docs/data.md", dataExamples), ("docs/model-files.md", modelFileExamples),
  ("docs/reports.md", reportExamples),
]

do {
  guard let page = pages.first(where: { [$0.name] == CommandLine.arguments.dropFirst() }) else {
    throw Unexpected(what: "a page: " + pages.map(\.name).joined(separator: ", "))
  }
  try page.run()
} catch {
  print("error: \(error)")
  exit(1)
}
