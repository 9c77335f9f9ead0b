#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The files of a folder with what tells whether they changed: fast, because it is all that a second run
/// does with sixty thousand pictures.
struct FolderListing {
  /// Names, in no order; those that begin with a dot are left out.
  private(set) var names: [String] = []
  /// A number that changes with any file's name, size or time; a sum, so that order does not matter.
  private(set) var fingerprint: UInt64 = 0

  /// Lists `folder`. The fingerprint knows its files as `prefix` and their name.
  init(_ folder: String, prefix: String) throws(FileError) {
    guard let open = opendir(folder) else { throw FileError.system("list", folder, errno) }
    defer { closedir(open) }
    let start = Fingerprint(prefix)
    while let entry = readdir(open) {
      let name = UnsafeRawPointer(entry).advanced(by: FolderListing.nameOffset)
        .assumingMemoryBound(to: CChar.self)
      if name[0] == CChar(UInt8(ascii: ".")) { continue }
      var about = stat()
      // What cannot be looked at is listed, and its error comes when it is read.
      _ = fstatat(dirfd(open), name, &about, 0)
      var print = start
      print.add(UnsafeRawBufferPointer(start: name, count: strlen(name)))
      print.add(about)
      fingerprint &+= print.value
      names.append(String(cString: name))
    }
  }

  private static let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
}

/// FNV-1a of 64 bits, mixed at the end so that sums of several still differ.
struct Fingerprint {
  private var state: UInt64 = 0xCBF2_9CE4_8422_2325

  init(_ text: String) {
    var text = text
    text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
  }

  var value: UInt64 {
    var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
    // Where one text ends and the next begins.
    state = (state ^ 0x100) &* 0x100_0000_01B3
  }

  mutating func add(_ number: Int) {
    state = (state ^ UInt64(bitPattern: Int64(number))) &* 0x100_0000_01B3
    state ^= state >> 29
  }

  /// Size and time of the last change.
  mutating func add(_ about: stat) {
    #if canImport(Darwin)
      let time = about.st_mtimespec
    #else
      let time = about.st_mtim
    #endif
    add(Int(about.st_size))
    add(Int(time.tv_sec))
    add(Int(time.tv_nsec))
  }

  /// The same of a file by its path; of one that is not there, the size is -1.
  mutating func add(file path: String) {
    var about = stat()
    if stat(path, &about) != 0 { about.st_size = -1 }
    add(about)
  }
}
