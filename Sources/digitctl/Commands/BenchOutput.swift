/// Where `bench` writes pictures.
enum BenchOutput {
  static let out = Flag<String?>(
    "--out", short: "-o", .file, "PATH",
    "the profile as a picture, FILE.svg, or the folder of --scaling's tables and plots")
  static let force = Flag("--force", short: "-f", "write over what is there")
  static let flags: [any AnyFlag] = [out, force]
}
