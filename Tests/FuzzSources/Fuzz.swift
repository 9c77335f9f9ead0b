// libFuzzer on the readers of data files, built by Tests/FuzzSources/run: whatever the bytes, pictures or a
// refusal in one line.

/// Three readers, chosen by the first byte, so that what is found for one helps no other.
@_cdecl("LLVMFuzzerTestOneInput")
public func readOneInput(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  guard size > 0 else { return 0 }
  let bytes = Array(UnsafeBufferPointer(start: data + 1, count: size - 1))
  do {
    switch data[0] % 4 {
    case 0: try FuzzTargets.idx(bytes)
    case 1: try FuzzTargets.csv(bytes)
    case 2: try FuzzTargets.csv(bytes, skipsBad: true)
    default: try FuzzTargets.numpy(bytes)
    }
  } catch {
    let text = "\(error)"
    precondition(text.hasPrefix("a") && !text.contains("\n"), "the error is \(text)")
  }
  return 0
}

@_silgen_name("LLVMFuzzerMutate")
private func mutate(_ data: UnsafeMutablePointer<UInt8>, _ size: Int, _ most: Int) -> Int

/// Begins with files that are right: an input too small to be anything becomes one of them.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutateInput(
  _ data: UnsafeMutablePointer<UInt8>, _ size: Int, _ most: Int, _ seed: CUnsignedInt
) -> Int {
  if size >= 8 { return mutate(data, size, most) }
  let file = FuzzSeeds.all[Int(seed) % FuzzSeeds.all.count]
  let count = min(most, file.count)
  for place in 0..<count { data[place] = file[place] }
  return count
}

private enum FuzzSeeds {
  static let all: [[UInt8]] = {
    let images = SourceFiles.idxImages(2)
    let idx: [[UInt8]] = [images, SourceFiles.packed(images), SourceFiles.idxNumbers([1, 2])]
    let csv: [[UInt8]] = [
      Array(SourceFiles.csv([1, 2]).utf8), Array("\"label\",a\r\n1,\"2\"\r\n".utf8),
    ]
    let numpy: [[UInt8]] = [
      SourceFiles.npy("<i4", [1], [1, 0, 0, 0]), SourceFiles.npz(deflated: false),
      SourceFiles.npz(), SourceFiles.npz(large: true),
    ]
    return forReader(0, idx) + forReader(1, csv) + forReader(2, csv) + forReader(3, numpy)
  }()

  private static func forReader(_ reader: UInt8, _ files: [[UInt8]]) -> [[UInt8]] {
    files.map { [reader] + $0 }
  }
}
