/// The packed copies that reading folders of pictures leaves behind (`LoadingOptions.Cache`).
public struct PictureCaches: Sendable, Equatable {
  /// The folder that they lie in.
  public let path: String
  /// How many there are, those of killed processes with them.
  public let count: Int
  /// How many bytes they take.
  public let bytes: Int

  /// Those in a folder; none if it is not there.
  public init(in path: String) throws {
    self.path = path
    let names = Folder.isFolder(path) ? try FileNames.inside(path) : []
    let sizes = names.filter { $0.contains(PictureCache.suffix) }.compactMap {
      try? OpenFile(FileNames.join(path, $0)).size
    }
    count = sizes.count
    bytes = sizes.reduce(0, +)
  }

  /// Those in the usual place; nil where there is no home folder for it.
  public static func usual() throws -> PictureCaches? {
    try UserFolders.cache().map { try PictureCaches(in: $0) }
  }
}
