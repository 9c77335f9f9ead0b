/// Picture files by the hundred thousand: found below folders, decoded on all cores.
public enum PictureFiles {
  /// The picture files in a folder and below it, in the order of their names, whatever these are; other files are
  /// passed over, unless their names say that they are pictures: then reading them tells what is wrong.
  public static func below(_ folder: String) throws -> [String] {
    var found: [String] = []
    for name in try FolderListing(folder, prefix: "").names.sorted() {
      let path = FileNames.join(folder, name)
      if Folder.isFolder(path) {
        found += try below(path)
      } else if isPicture(path) {
        found.append(path)
      }
    }
    return found
  }

  /// Decodes several, in their order.
  public static func read(_ paths: [String]) -> [Result<Picture, any Error>] {
    let read = try? inParallel(paths) { path in Result { try Picture(reading: path) } }
    return read ?? []
  }

  private static let endings = [
    "png", "jpg", "jpeg", "tif", "tiff", "bmp", "webp", "pnm", "pgm", "ppm", "pbm", "gif",
  ]

  /// Whether a file is a picture: what it begins with says so, or its name does.
  public static func isPicture(_ path: String) -> Bool {
    let name = FileNames.last(path)
    if let dot = name.lastIndex(of: "."),
      endings.contains(name[name.index(after: dot)...].lowercased())
    {
      return true
    }
    guard let file = try? OpenFile(path) else { return false }
    return (try? file.read(0..<min(file.size, 16))).flatMap(PictureFormat.init) != nil
  }
}
