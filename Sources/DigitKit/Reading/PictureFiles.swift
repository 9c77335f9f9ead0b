/// Picture files by the hundred thousand: found below folders, decoded on all cores.
public enum PictureFiles {
  /// The picture files in a folder and below it, in the order of their names; other files are passed over.
  public static func below(_ folder: String) throws -> [String] {
    var found: [String] = []
    for name in try FolderListing(folder, prefix: "").names.sorted() {
      let path = FileNames.join(folder, name)
      if Folder.isFolder(path) {
        found += try below(path)
      } else if isPicture(name) {
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

  private static func isPicture(_ name: String) -> Bool {
    guard let dot = name.lastIndex(of: ".") else { return false }
    return endings.contains(name[name.index(after: dot)...].lowercased())
  }
}
