#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Folders, with errors as clear as those of files.
package enum Folder {
  /// Makes a folder and those above it; one that is there is fine.
  package static func make(_ path: String) throws(FileError) {
    if mkdir(path, 0o755) == 0 { return }
    switch errno {
    case EEXIST where isFolder(path): return
    case EEXIST:
      throw FileError(path, .other, "a file of this name is in the way; choose another folder")
    case ENOENT where parent(of: path) != path:
      try make(parent(of: path))
      if mkdir(path, 0o755) != 0, errno != EEXIST { throw FileError.system("make", path, errno) }
    default: throw FileError.system("make", path, errno)
    }
  }

  static func isFolder(_ path: String) -> Bool {
    var about = stat()
    return stat(path, &about) == 0 && about.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether anything has this name.
  static func holds(_ path: String) -> Bool {
    var about = stat()
    return stat(path, &about) == 0
  }

  /// The folder that a path lies in.
  static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
