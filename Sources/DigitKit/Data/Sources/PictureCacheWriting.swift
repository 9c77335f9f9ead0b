extension PictureCache {
  /// A cache that cannot be written, which is no reason not to read the pictures.
  struct Unwritable: Error {
    let reason: FileError
  }

  /// Decodes into a new cache, which takes the place of an old one when it is whole.
  func write(_ decoding: PictureDecoding) throws {
    do { try Folder.make(Folder.parent(of: path)) } catch { throw Unwritable(reason: error) }
    do {
      try AtomicFile.write(to: path, isSynced: false) { try write(decoding, to: $0) }
    } catch let error as FileError where error.path == path { throw Unwritable(reason: error) }
  }

  private func write(_ decoding: PictureDecoding, to file: AtomicFile) throws {
    try append([UInt8](repeating: 0, count: PictureCache.headerSize), to: file)
    var sum = Checksum()
    let outcome = try decoding.run { bytes in
      sum.add(bytes)
      try file.append(bytes)
    }
    var tail = ByteWriter()
    for label in outcome.labels { tail.add(Int(label), 4) }
    let labelBytes = tail.bytes.count
    tail.add(decoding.list.classNames.count, 4)
    for name in decoding.list.classNames { tail.add(name) }
    tail.add(outcome.skipped.count, 8)
    tail.add(outcome.skipped.reasons.count, 4)
    for reason in outcome.skipped.reasons { tail.add(reason) }
    try append(tail.bytes, to: file)
    var tailSum = Checksum()
    tailSum.add(tail.bytes)

    let labels = PictureCache.headerSize + outcome.labels.count * decoding.form.size
    var header = self.header(decoding.form, count: outcome.labels.count)
    for place in [labels, labels + labelBytes, labels + tail.bytes.count] { header.add(place, 8) }
    header.add(Int(sum.value), 4)
    header.add(Int(tailSum.value), 4)
    var own = Checksum()
    own.add(header.bytes)
    header.add(Int(own.value), 4)
    try file.replace(header.bytes, at: 0)
  }

  private func header(_ form: PictureForm, count: Int) -> ByteWriter {
    var header = ByteWriter()
    header.bytes += PictureCache.magic
    header.add(PictureCache.version, 4)
    header.add(form.channels, 4)
    header.add(count, 8)
    header.add(form.height, 4)
    header.add(form.width, 4)
    header.bytes += ByteWriter(fingerprint).bytes
    return header
  }

  private func append(_ bytes: [UInt8], to file: AtomicFile) throws(FileError) {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    defer { memory.deallocate() }
    memory.copyBytes(from: bytes)
    try file.append(UnsafeRawBufferPointer(memory))
  }
}

extension ByteWriter {
  /// A number of 64 bits.
  init(_ number: UInt64) { add(Int(truncatingIfNeeded: number), 8) }
}
