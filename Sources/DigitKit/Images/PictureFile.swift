extension Picture {
  /// Reads a picture file: PNG, JPEG, TIFF, BMP, WebP, PNM or GIF (its first frame), by its contents,
  /// whatever its name. Transparent parts lie over white; photographs are turned upright as their EXIF says.
  /// Sizes are checked before anything is decoded.
  public init(reading path: String, limits: PictureLimits = PictureLimits()) throws(FileError) {
    let file = try OpenFile(path)
    guard file.size <= limits.fileBytes else {
      throw FileError(
        path, .malformed,
        "it has \(file.size) bytes, more than the \(limits.fileBytes) that a picture may have")
    }
    try self.init(decoding: file.read(0..<file.size), named: path, limits: limits)
  }

  /// The same for bytes in memory; `name` is what an error calls them.
  public init(
    decoding bytes: [UInt8], named name: String, limits: PictureLimits = PictureLimits()
  ) throws(FileError) {
    do throws(PictureFault) {
      self = try Picture.decode(bytes, limits)
    } catch {
      throw FileError(name, .malformed, error.reason)
    }
  }

  private static func decode(
    _ bytes: [UInt8], _ limits: PictureLimits
  ) throws(PictureFault) -> Picture {
    guard bytes.count <= limits.fileBytes else {
      throw PictureFault(
        "it has \(bytes.count) bytes, more than the \(limits.fileBytes) that a picture may have")
    }
    guard let format = PictureFormat(bytes) else {
      throw PictureFault(
        bytes.isEmpty
          ? "it is empty; fetch it again"
          : "it begins with \(hexadecimal(bytes.prefix(4))), which is no picture that can be read "
            + "(\(PictureFormat.list))")
    }
    do throws(PictureFault) {
      let header = try PictureHeader(format, bytes)
      guard header.width * header.height <= limits.pixels, header.work <= limits.pixels else {
        throw PictureFault(
          "its header claims \(header.width)x\(header.height) pixels to decode, "
            + "more than the \(limits.pixels) allowed")
      }
      return try header.decode(bytes)
    } catch {
      throw PictureFault("this \(format.rawValue) cannot be read: \(error.reason)")
    }
  }
}

/// Bytes for messages.
func hexadecimal(_ bytes: ArraySlice<UInt8>) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
}
