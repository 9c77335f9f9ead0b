extension ImageSet {
  /// Writes the pictures `indices`, or all, as PNG files in a folder for each class: `folder/7/00042.png` is
  /// picture 42, a 7. `onProgress` hears how many are done.
  public func writePictures(
    to folder: String, classNames: [String], indices: [Int]? = nil,
    onProgress: (Int) throws -> Void = { _ in }
  ) throws {
    let indices = indices ?? Array(0..<count)
    let names = (0..<classes).map { place in
      PictureFolder.name(place < classNames.count ? classNames[place] : String(place))
    }
    let classesSeen = Set(indices.map { Int(labels[$0]) })
    for place in classesSeen.sorted() { try Folder.make("\(folder)/\(names[place])") }
    let digits = max(5, String(count - 1).count)
    for (done, index) in indices.enumerated() {
      let number = String(index)
      let name = String(repeating: "0", count: digits - number.count) + number
      try picture(index).writePNG(to: "\(folder)/\(names[Int(labels[index])])/\(name).png")
      try onProgress(done + 1)
    }
  }
}

enum PictureFolder {
  /// A class's name as that of a folder: nothing in it may lead elsewhere.
  static func name(_ name: String) -> String {
    let safe = String(name.map { "/\\\0".contains($0) ? "-" : $0 })
    return safe.isEmpty || safe.hasPrefix(".") ? "_" + safe : safe
  }
}
