/// What a picture file may be at most. Both are known before anything is decoded, so that a small file that
/// claims to be a huge picture costs nothing.
public struct PictureLimits: Sendable, Equatable {
  /// Width times height, of all frames together. The default lets pass what cameras call 64 megapixels.
  public var pixels: Int
  /// Bytes of the file.
  public var fileBytes: Int

  /// At most 64 megapixels in 32 MB unless told otherwise.
  public init(pixels: Int = 64 << 20, fileBytes: Int = 32 << 20) {
    self.pixels = pixels
    self.fileBytes = fileBytes
  }
}
