import DigitKit
import Foundation
import Testing

@testable import digitctl

/// What `doctor` says of data and caches.
@Suite struct DoctorCommandTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  private func data(_ environment: [String: String] = [:]) throws -> DataPlaces {
    let ended = try sandbox.digitctl("doctor", "--json", environment: environment)
    #expect(ended.status == 0, "\(ended.err)")
    return try JSONDecoder().decode(DoctorReport.self, from: Data(ended.out.utf8)).data
  }

  @Test func saysWhichSetsAreWhere() throws {
    try sandbox.writeSet("own/mnist", count: 2)
    try sandbox.writeSet(".local/share/digitkit/kmnist", count: 2)
    let own = sandbox.folder + "/own"
    let ended = try sandbox.digitctl("doctor", environment: ["DIGITKIT_DATA": own])
    #expect(ended.status == 0, "\(ended.err)")
    for line in [
      "  mnist           \(own)/mnist",
      "  kmnist          \(sandbox.folder)/.local/share/digitkit/kmnist",
      "  usps            not here; get it with digitctl data get usps",
    ] { #expect(ended.out.contains("\n\(line)\n"), "\(ended.out)") }
    #expect(ended.out.hasSuffix("All well.\n"))
    let found = try data(["DIGITKIT_DATA": own])
    #expect(found.sets.filter { $0.path == nil }.map(\.name) == ["fashion-mnist", "usps"])
    #expect(found.sets.allSatisfy { ($0.path == nil) == ($0.remedy != nil) })
    #expect(found.roots.map(\.isThere) == [true, true])
  }

  @Test func saysWhenTheFolderOfDataIsNotThere() throws {
    let ended = try sandbox.digitctl("doctor", environment: ["DIGITKIT_DATA": "/no/such folder"])
    #expect(ended.status == 0, "\(ended.err)")
    #expect(ended.out.contains("/no/such folder, which is not there\n"), "\(ended.out)")
  }

  /// The remedy is run as it is written.
  @Test func saysWhatCachesTakeAndHowToBeRidOfThem() throws {
    #expect(try data().caches?.count == 0)
    #expect(try data().caches?.remedy == nil)
    for name in 0..<3 {
      let folder = sandbox.folder + "/pictures/\(name)"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try Picture(width: 28, height: 28, grey: 9).writePNG(to: folder + "/a.png")
    }
    let cache = sandbox.folder + "/my cache"
    let place = ["XDG_CACHE_HOME": cache]
    #expect(
      try sandbox.digitctl("data", "describe", "pictures", environment: place).status == 0)
    try sandbox.write([1, 2, 3], "my cache/digitkit/other.txt")
    let caches = try #require(try data(place).caches)
    #expect(caches.path == cache + "/digitkit")
    #expect(caches.count == 1 && caches.bytes > 4096 + 3 * 784)
    let told = try sandbox.digitctl("doctor", environment: place).out
    #expect(told.contains("digitkit: 1 file, "), "\(told)")
    #expect(try sandbox.shell(try #require(caches.remedy)).status == 0)
    #expect(sandbox.names("my cache/digitkit") == ["other.txt"])
  }
}
