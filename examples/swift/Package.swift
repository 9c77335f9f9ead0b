// swift-tools-version: 6.0
import PackageDescription

let package = Package(
  name: "examples",
  // By path or by branch; a version requirement does not work, see the README of DigitKit.
  dependencies: [.package(name: "DigitKit", path: "../..")],
  targets: [
    .executableTarget(
      name: "edges", dependencies: [.product(name: "DigitKit", package: "DigitKit")]),
    .executableTarget(
      name: "train", dependencies: [.product(name: "DigitKit", package: "DigitKit")]),
  ]
)
