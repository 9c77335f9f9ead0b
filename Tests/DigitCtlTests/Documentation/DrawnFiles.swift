import DigitKit

/// What a reader of the documents has at hand: MNIST, and pictures of his own.
extension Sandbox {
  /// `FOLDER/mnist`: a hundred drawn digits again and again, so that much is there soon.
  func writeDigits(in sets: String, training: Int, test: Int) throws {
    let digits = try Synth(seed: 1).images(count: 100)
    for (part, times) in [("train", training), ("t10k", test)] {
      try digits.writeIDX(
        to: "\(folder)/\(sets)/mnist", part: part,
        indices: (0..<times).flatMap { _ in 0..<digits.count }, isPacked: false)
    }
  }

  /// `four.jpg`, pictures in `scans`, and in `photos` and `mine` a folder for each digit; all dark on light.
  func writePhotos() throws {
    let synth = try Synth(seed: 2)
    // What a picture is, is told by its contents: these are PNM files, which take no time.
    func draw(_ number: Int, _ digit: Int, _ names: String...) throws {
      let photo = try synth.picture(number, digit: digit).resized(width: 70, height: 70).inverted
      for name in names { try write(Array("P5 70 70 255\n".utf8) + photo.bytes, name) }
    }
    try draw(0, 4, "four.jpg")
    for digit in 0..<10 {
      try draw(digit, digit, "scans/\(digit).png")
      for (number, letter) in ["a", "b", "c"].enumerated() {
        let name = "\(digit)/\(letter).png"
        try draw(100 + 10 * digit + number, digit, "photos/" + name, "mine/" + name)
      }
    }
  }
}
