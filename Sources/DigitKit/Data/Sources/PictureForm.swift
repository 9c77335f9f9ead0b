/// How the pictures of a folder become bytes of one size.
struct PictureForm: Sendable, Equatable {
  var height: Int
  var width: Int
  var channels: Int
  /// Whether pictures of another size are fitted into this one; otherwise they are the sign that sizes differ.
  var isFitting: Bool
  /// How a digit is found in each picture, instead.
  var preparation: DigitPreparation?

  var size: Int { height * width * channels }

  /// The bytes of a picture file, or nil if it has another size.
  func bytes(of path: String) throws(FileError) -> [UInt8]? {
    let picture = try Picture(reading: path)
    if let preparation {
      do { return try preparation.prepare(picture).picture.bytes } catch {
        throw FileError(path, .malformed, "\(error); leave it out, or skip what is bad")
      }
    }
    if picture.width == width, picture.height == height { return coloured(picture).bytes }
    if !isFitting { return nil }
    do { return try coloured(picture).fitted(height: height, width: width).bytes } catch {
      throw FileError(path, .malformed, error.message)
    }
  }

  private func coloured(_ picture: Picture) -> Picture {
    channels == 1 ? picture.grey : picture.coloured
  }

  /// The form for a list: the size that was asked for; otherwise that of all pictures, if a sample of them
  /// has one, or 28x28.
  static func of(_ list: PictureList, _ options: LoadingOptions) -> PictureForm {
    if let preparation = options.preparation {
      return PictureForm(
        height: preparation.side, width: preparation.side, channels: 1, isFitting: true,
        preparation: preparation)
    }
    let channels = options.isColour ? 3 : 1
    if let size = options.size {
      return PictureForm(
        height: size.height, width: size.width, channels: channels, isFitting: true)
    }
    let step = max(1, list.files.count / 16)
    let sample = stride(from: 0, to: list.files.count, by: step)
      .compactMap { try? Picture(reading: list.path(of: $0)) }
    if let first = sample.first,
      sample.allSatisfy({ $0.width == first.width && $0.height == first.height })
    {
      return PictureForm(
        height: first.height, width: first.width, channels: channels, isFitting: false)
    }
    return .usual(channels)
  }

  /// The size that most networks for digits take.
  static func usual(_ channels: Int) -> PictureForm {
    PictureForm(height: 28, width: 28, channels: channels, isFitting: true)
  }
}
