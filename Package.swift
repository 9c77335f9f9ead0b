// swift-tools-version: 6.0
import Foundation
import PackageDescription

// MARK: OpenMP

/// Where OpenMP lies: the folder of `omp.h` and the library to link.
struct OpenMP {
  var includeFolder: String
  var library: String
}

/// DIGITKIT_OPENMP names the folder that holds `omp.h`, or is `none`. Without it the usual
/// places are searched. The scripts set it: SwiftPM caches this manifest by its text and
/// environment, so a search of the disk alone would miss an OpenMP installed after a first build.
func findOpenMP() -> OpenMP? {
  let wish = Context.environment["DIGITKIT_OPENMP"] ?? ""
  if wish == "none" { return nil }
  let folders = wish.isEmpty ? usualFolders() : [wish]
  for folder in folders where exists(folder + "/omp.h") {
    if let library = library(beside: folder) {
      return OpenMP(includeFolder: folder, library: library)
    }
  }
  let place = wish.isEmpty ? "in the usual places" : "in \(wish) (DIGITKIT_OPENMP)"
  print("OpenMP was not found \(place): one thread only. On Debian: apt-get install libomp-dev.")
  return nil
}

/// Debian and Ubuntu keep omp.h inside LLVM's own folder, Fedora and Arch in clang's, Homebrew in a
/// keg. GCC's omp.h is left out on purpose: clang's calls need LLVM's library.
func usualFolders() -> [String] {
  let clangs =
    list("/usr/lib", prefix: "llvm-").map { "/usr/lib/\($0)/lib/clang" }
    + ["/usr/lib/clang", "/usr/lib64/clang"]
  return clangs.flatMap { clang in list(clang, prefix: "").map { "\(clang)/\($0)/include" } } + [
    "/opt/homebrew/opt/libomp/include", "/usr/local/opt/libomp/include", "/usr/local/include",
    "/usr/include",
  ]
}

/// `<root>/include` has its library in `<root>/lib`, LLVM's `lib/clang/<version>/include` in `lib`;
/// otherwise the linker's own search path must hold it.
func library(beside folder: String) -> String? {
  let names = ["libomp.dylib", "libomp.so"]
  let places = [folder + "/../lib", folder + "/../../..", "/usr/lib64", "/usr/lib"]
  for place in places {
    for name in names where exists(place + "/" + name) { return place + "/" + name }
  }
  return nil
}

func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

/// Entries of a folder that begin with `prefix`, highest version first.
func list(_ folder: String, prefix: String) -> [String] {
  let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
  return names.filter { $0.hasPrefix(prefix) }
    .sorted { $0.compare($1, options: .numeric) == .orderedDescending }
}

let openMP = findOpenMP()

// MARK: Flags of the C core

// -O3 in debug builds too: kernels at -O0 are a hundred times slower and round differently.
// CMakeLists.txt gives the same flags.
var kernelFlags = ["-O3", "-fno-math-errno", "-ffp-contract=on"]
var kernelLinkerSettings: [LinkerSetting] = [.linkedLibrary("m", .when(platforms: [.linux]))]
if let openMP {
  // -idirafter, because beside omp.h lie that LLVM's own stddef.h and the like, which must not
  // replace those of the compiler in use.
  kernelFlags += ["-fopenmp", "-idirafter", openMP.includeFolder]
  kernelLinkerSettings.append(.unsafeFlags(["-Xlinker", openMP.library]))
}

// CI asks for warnings as errors; a user's newer compiler should not fail on a new warning.
let strict = Context.environment["DIGITKIT_WERROR"] == "1"
let cWarnings = ["-Wall", "-Wextra"] + (strict ? ["-Werror"] : [])
let swiftSettings: [SwiftSetting] = strict ? [.unsafeFlags(["-warnings-as-errors"])] : []

// MARK: The package, in the order data flows

let package = Package(
  name: "DigitKit",
  products: [
    .library(name: "ckernels", targets: ["ckernels"]),
    .library(name: "DigitKit", targets: ["DigitKit"]),
    .executable(name: "digitctl", targets: ["digitctl"]),
  ],
  targets: [
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib",
      providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .target(
      name: "ckernels",
      cSettings: [.unsafeFlags(kernelFlags + cWarnings)],
      linkerSettings: kernelLinkerSettings),
    // Loops at the processor's limit: what speeds are a part of.
    .target(
      name: "CPeak",
      cSettings: [.unsafeFlags(kernelFlags + cWarnings)],
      linkerSettings: kernelLinkerSettings),
    // Libraries that are opened when they are needed. Only their headers are wanted to build: libcurl4-openssl-dev,
    // libleptonica-dev.
    .target(
      name: "COpen",
      cSettings: [.unsafeFlags(cWarnings)],
      linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
    .target(name: "CCurl", dependencies: ["COpen"], cSettings: [.unsafeFlags(cWarnings)]),
    .target(
      name: "CLeptonica", dependencies: ["COpen"], cSettings: [.unsafeFlags(cWarnings)]),
    // The trained models that ship, as bytes.
    .target(
      name: "CModels",
      exclude: [
        "digitnet.json", "digitnet-finish.json", "digitnet.safetensors", "lenet5.json",
        "lenet5.safetensors", "tiny.json", "tiny.safetensors",
      ]),
    .target(
      name: "DigitKit",
      dependencies: ["ckernels", "CPeak", "CModels", "CZlib", "CLeptonica", "CCurl"],
      swiftSettings: swiftSettings),
    .executableTarget(name: "digitctl", dependencies: ["DigitKit"], swiftSettings: swiftSettings),

    // The accounts' own experiments, and the speed of training: scripts/results.
    .executableTarget(
      name: "results", dependencies: ["DigitKit"], path: "bench/results",
      swiftSettings: swiftSettings),

    // How long data takes to be there: scripts/databench.
    .executableTarget(
      name: "databench", dependencies: ["DigitKit"], path: "bench/data",
      swiftSettings: swiftSettings),

    // Killed again and again by a test of DigitKit.
    .executableTarget(
      name: "CheckpointWriter", dependencies: ["DigitKit"], path: "Tests/CheckpointWriter",
      swiftSettings: swiftSettings),
    // The Swift of the documents, compiled; run by a test of digitctl.
    .executableTarget(
      name: "DocumentationExamples", dependencies: ["DigitKit"],
      path: "Tests/DocumentationExamples",
      // A document names values to say what they are, which as code has no use.
      swiftSettings: [.unsafeFlags(["-suppress-warnings"])]),
    // What tests download from.
    .target(name: "TestServer", path: "Tests/TestServer", swiftSettings: swiftSettings),
    .testTarget(
      name: "DigitKitTests",
      dependencies: [
        "DigitKit", "CheckpointWriter", "TestServer", "ckernels", "CZlib", "CLeptonica",
      ],
      swiftSettings: swiftSettings,
      // Pictures to be read are written by it.
      linkerSettings: [.linkedLibrary("leptonica")]),
    .testTarget(
      name: "DigitCtlTests",
      dependencies: ["digitctl", "DigitKit", "TestServer", "DocumentationExamples"],
      swiftSettings: swiftSettings),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)
