/// Numbers at places of a file that may not be there.
struct ByteView {
  let bytes: [UInt8]

  var count: Int { bytes.count }

  func byte(_ place: Int) -> Int? { bytes.indices.contains(place) ? Int(bytes[place]) : nil }

  func number(_ place: Int, bytes size: Int, bigEndian: Bool) -> Int? {
    guard place >= 0, size <= count, place <= count - size else { return nil }
    let part = bytes[place..<place + size]
    return bigEndian
      ? part.reduce(0) { $0 << 8 | Int($1) } : part.reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  func big16(_ place: Int) -> Int? { number(place, bytes: 2, bigEndian: true) }
  func big32(_ place: Int) -> Int? { number(place, bytes: 4, bigEndian: true) }
  func little16(_ place: Int) -> Int? { number(place, bytes: 2, bigEndian: false) }
  func little32(_ place: Int) -> Int? { number(place, bytes: 4, bigEndian: false) }

  /// A number of 32 bits with a sign.
  func littleSigned32(_ place: Int) -> Int? {
    little32(place).map { Int(Int32(truncatingIfNeeded: $0)) }
  }

  func matches(_ text: String, at place: Int) -> Bool {
    let wanted = Array(text.utf8)
    guard place >= 0, wanted.count <= count, place <= count - wanted.count else { return false }
    return bytes[place..<place + wanted.count].elementsEqual(wanted)
  }
}
