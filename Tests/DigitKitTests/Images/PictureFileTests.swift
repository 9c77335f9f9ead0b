import CLeptonica
import CZlib
import Foundation
import Testing

@testable import DigitKit

/// Small files of every format, made by leptonica and by hand.
enum SmallPictures {
  /// A grey picture with a gradient and a hard edge.
  static let grey = Picture(
    13, 9, 1, (0..<117).map { UInt8($0 % 13 > 6 ? 255 - $0 : $0) })
  static let colour = Picture(
    13, 9, 3, (0..<351).map { UInt8(truncatingIfNeeded: $0 * 7 + $0 / 39 * 31) })

  /// As leptonica writes it.
  static func written(_ picture: Picture, _ format: Int) -> [UInt8] {
    var pix = pixCreate(Int32(picture.width), Int32(picture.height), picture.channels == 1 ? 8 : 32)
    defer { pixDestroy(&pix) }
    for y in 0..<picture.height {
      for x in 0..<picture.width {
        let at = (y * picture.width + x) * picture.channels
        let part = picture.bytes[at..<at + picture.channels].map(UInt32.init)
        let value = part.count == 1 ? part[0] : part[0] << 24 | part[1] << 16 | part[2] << 8
        pixSetPixel(pix, Int32(x), Int32(y), value)
      }
    }
    var data: UnsafeMutablePointer<UInt8>?
    var size = 0
    guard pixWriteMem(&data, &size, pix, Int32(format)) == 0, let data else { return [] }
    defer { free(data) }
    return Array(UnsafeBufferPointer(start: data, count: size))
  }

  static var all: [(name: String, bytes: [UInt8])] {
    [
      ("png grey", written(grey, IFF_PNG)), ("png colour", written(colour, IFF_PNG)),
      ("jpeg", written(colour, IFF_JFIF_JPEG)), ("bmp grey", written(grey, IFF_BMP)),
      ("bmp colour", written(colour, IFF_BMP)), ("tiff", written(colour, IFF_TIFF_LZW)),
      ("tiff zip", written(grey, IFF_TIFF_ZIP)), ("pnm", written(grey, IFF_PNM)),
      ("webp", written(colour, IFF_WEBP)), ("gif", written(grey, IFF_GIF)),
    ]
  }
}

@Suite struct PictureFileTests {
  @Test func everyLosslessFormatGivesTheSamePixels() throws {
    for format in [IFF_PNG, IFF_BMP, IFF_TIFF_LZW, IFF_TIFF_ZIP, IFF_TIFF_PACKBITS, IFF_PNM] {
      for picture in [SmallPictures.grey, SmallPictures.colour] {
        let bytes = SmallPictures.written(picture, format)
        #expect(try Picture(decoding: bytes, named: "test") == picture, "format \(format)")
      }
    }
  }

  @Test func lossyFormatsComeNear() throws {
    for format in [IFF_JFIF_JPEG, IFF_WEBP, IFF_GIF] {
      let read = try Picture(
        decoding: SmallPictures.written(SmallPictures.grey, format), named: "test"
      ).grey
      #expect((read.width, read.height) == (13, 9))
      let off = zip(read.bytes, SmallPictures.grey.bytes).map { abs(Int($0) - Int($1)) }
      #expect(off.reduce(0, +) / off.count < 12, "format \(format)")
    }
  }

  @Test func ourPNGIsReadByLeptonicaAndByUs() throws {
    for picture in [SmallPictures.grey, SmallPictures.colour] {
      let bytes = try picture.png()
      #expect(try Picture(decoding: bytes, named: "test") == picture)
      #expect(try Leptonica.decode(bytes) == picture)
      #expect(try picture.png() == bytes)
    }
    let folder = try TemporaryFolder()
    try SmallPictures.colour.writePNG(to: folder.path + "/a.png")
    #expect(try Picture(reading: folder.path + "/a.png") == SmallPictures.colour)
    #expect(folder.names == ["a.png"])
    #expect(throws: FileError.self) {
      try SmallPictures.grey.writePNG(to: folder.path + "/no/where.png")
    }
  }

  /// Every orientation of a JPEG leads to the same upright picture as the untouched one.
  @Test(arguments: 1...8) func photographsAreTurnedUpright(_ orientation: Int) throws {
    let corner = Picture(
      3, 2, 1, [1, 2, 3, 4, 5, 6])
    let wanted: [[UInt8]] = [
      [1, 2, 3, 4, 5, 6], [3, 2, 1, 6, 5, 4], [6, 5, 4, 3, 2, 1], [4, 5, 6, 1, 2, 3],
      [1, 4, 2, 5, 3, 6], [4, 1, 5, 2, 6, 3], [6, 3, 5, 2, 4, 1], [3, 6, 2, 5, 1, 4],
    ]
    #expect(corner.upright(orientation).bytes == wanted[orientation - 1])
  }

  @Test func theTagOfAPhotographIsFound() throws {
    let jpeg = SmallPictures.written(SmallPictures.colour, IFF_JFIF_JPEG)
    for order in ["II", "MM"] {
      let big = order == "MM"
      func number(_ value: Int, _ size: Int) -> [UInt8] {
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        return big ? bytes.reversed() : bytes
      }
      let entry = number(0x0112, 2) + number(3, 2) + number(1, 4) + number(6, 2) + number(0, 2)
      let exif =
        Array("Exif\0\0".utf8) + Array(order.utf8) + number(42, 2) + number(8, 4) + number(1, 2)
        + entry + number(0, 4)
      let segment = [0xFF, 0xE1, 0, UInt8(exif.count + 2)] + exif
      let turned = try Picture(
        decoding: Array(jpeg[..<2]) + segment + jpeg[2...], named: "test")
      let plain = try Picture(decoding: jpeg, named: "test")
      #expect(turned == plain.upright(6))
    }
  }

  // MARK: Damage

  @Test func everyTruncationIsAnErrorOrAPicture() throws {
    for (name, bytes) in SmallPictures.all {
      #expect(!bytes.isEmpty, "\(name)")
      for length in 0..<bytes.count { check(Array(bytes[..<length]), name) }
    }
  }

  @Test func mutationsAreAnErrorOrAPicture() throws {
    var random = RandomStream(Philox(seed: 7, stream: Philox.stream(.test)))
    for (name, bytes) in SmallPictures.all where !bytes.isEmpty {
      for _ in 0..<400 {
        var damaged = bytes
        for _ in 0...random.below(3) {
          damaged[Int(random.below(UInt32(bytes.count)))] = UInt8(random.below(256))
        }
        check(damaged, name)
      }
    }
  }

  /// Damage behind a checksum reaches the decoder only where the checksum is right again.
  @Test func mutatedChunksWithRightChecksums() throws {
    var random = RandomStream(Philox(seed: 8, stream: Philox.stream(.test)))
    let bytes = SmallPictures.written(SmallPictures.colour, IFF_PNG)
    for _ in 0..<2000 {
      var damaged = bytes
      for _ in 0...random.below(2) {
        damaged[8 + Int(random.below(UInt32(bytes.count - 8)))] = UInt8(random.below(256))
      }
      var place = 8
      let view = ByteView(bytes: damaged)
      while let length = view.big32(place), place + 12 + length <= damaged.count {
        let sum = PNGFile.checksum(damaged[place + 4..<place + 8 + length])
        for byte in 0..<4 {
          damaged[place + 8 + length + byte] = UInt8(truncatingIfNeeded: sum >> (24 - 8 * byte))
        }
        place += 12 + length
      }
      check(damaged, "png")
    }
  }

  private func check(_ bytes: [UInt8], _ name: String) {
    do {
      let limits = PictureLimits(pixels: 1 << 20)
      let picture = try Picture(decoding: bytes, named: "damaged", limits: limits)
      #expect(picture.bytes.count == picture.width * picture.height * picture.channels)
    } catch {
      #expect(error.path == "damaged" && error.kind == .malformed, "\(name)")
      #expect(!error.description.contains("\n"), "\(name)")
    }
  }

  // MARK: Limits and errors

  @Test func limitsHold() throws {
    let bytes = try Picture(width: 100, height: 50, grey: 9).png()
    #expect(throws: FileError.self) {
      try Picture(decoding: bytes, named: "a", limits: PictureLimits(pixels: 4999))
    }
    #expect(
      try Picture(decoding: bytes, named: "a", limits: PictureLimits(pixels: 5000)).width == 100)
    let folder = try TemporaryFolder()
    let path = try folder.write(bytes, "a.png")
    let error = try #require(throws: FileError.self) {
      try Picture(reading: path, limits: PictureLimits(fileBytes: bytes.count - 1))
    }
    #expect(error.reason.contains("more than the \(bytes.count - 1)"))
  }

  @Test func errorsSayWhatWasFound() throws {
    func reason(_ bytes: [UInt8]) throws -> String {
      try #require(throws: FileError.self) { try Picture(decoding: bytes, named: "a") }.reason
    }
    #expect(try reason([]) == "it is empty; fetch it again")
    #expect(try reason(Array("hello".utf8)).hasPrefix("it begins with 68 65 6c 6c, which is no"))
    #expect(try reason(Array("BMxx".utf8)).hasPrefix("this BMP cannot be read: it ends inside"))
    var png = try SmallPictures.grey.png()
    png[50] ^= 1
    #expect(try reason(png).contains("the checksum of the chunk at byte 33 is wrong"))
  }
}

@Suite struct ContactSheetTests {
  @Test func picturesAndCaptionsHaveTheirPlaces() throws {
    let white = try Picture(width: 4, height: 4, grey: 255)
    let black = try Picture(width: 4, height: 4, grey: 0)
    var sheet = ContactSheet(columns: 2, scale: 3)
    sheet.gap = 2
    sheet.background = 100
    let drawn = try sheet.draw([white, black, white], captions: ["1", "22"])
    #expect((drawn.width, drawn.height) == (2 * 14 + 2, 2 * (12 + 2 + 9 + 2) + 2))
    #expect(drawn[2, 2] == 255 && drawn[13, 13] == 255 && drawn[14, 2] == 100)
    #expect(drawn[16, 2] == 0)
    // The caption "1" under the first picture, none under the third.
    let dots = { (x: Range<Int>, y: Range<Int>) in
      y.reduce(0) { sum, row in sum + x.count { drawn[$0, row] == 0 } }
    }
    #expect(dots(2..<14, 16..<23) == PixelFont.rows("1").reduce(0) { $0 + $1.nonzeroBitCount })
    #expect(dots(2..<14, 41..<50) == 0)
  }

  @Test func colourAndImpossibleSheets() throws {
    let red = Picture(1, 1, 3, [200, 0, 0])
    let grey = try Picture(width: 1, height: 1, grey: 7)
    let sheet = try ContactSheet(columns: 2, scale: 1).draw([grey, red])
    #expect(sheet.channels == 3)
    #expect(Array(sheet.bytes[(4 * sheet.width + 4) * 3..<(4 * sheet.width + 5) * 3]) == [7, 7, 7])
    #expect(throws: DataError.self) { try ContactSheet().draw([]) }
    #expect(throws: DataError.self) { try ContactSheet(scale: 0).draw([red]) }
    #expect(throws: DataError.self) { try ContactSheet(scale: 1 << 19).draw([red]) }
  }

  @Test func pictureOfASet() throws {
    let set = try ImageSet(
      pixels: Array(0..<24), labels: [0, 1], height: 2, width: 2, channels: 3)
    #expect(set.picture(1).bytes == Array(12..<24))
    #expect(set.picture(1).grey.bytes.count == 4)
  }
}
