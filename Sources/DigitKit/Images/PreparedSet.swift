extension DataSet {
  /// The set as a reader of photos sees it: each picture brought into the network's form. One that shows no ink becomes
  /// black, and a note tells how many do.
  public func prepared(_ preparation: DigitPreparation = DigitPreparation()) throws -> DataSet {
    var set = self
    let training = try self.training.prepared(preparation)
    let test = try self.test?.prepared(preparation)
    set.training = training.set
    set.test = test?.set
    set.isPrepared = true
    let inkless = training.inkless + (test?.inkless ?? 0)
    if inkless > 0 { set.notes.append("no ink was found in \(inkless) of its pictures") }
    return set
  }
}

extension ImageSet {
  /// The same of its pictures alone, and how many show no ink.
  public func prepared(
    _ preparation: DigitPreparation = DigitPreparation()
  ) throws -> (set: ImageSet, inkless: Int) {
    guard channels == 1 else {
      throw DataError("pictures of \(channels) channels cannot be prepared; read them as grey ones")
    }
    let digits = try inParallel(Array(0..<count)) { number in
      let bytes = Array(self.image(number))
      let picture = try Picture(width: self.width, height: self.height, bytes: bytes)
      return try? preparation.prepare(picture).picture.bytes
    }
    let black = [UInt8](repeating: 0, count: preparation.side * preparation.side)
    let set = try ImageSet(
      pixels: digits.flatMap { $0 ?? black }, labels: labels, height: preparation.side,
      width: preparation.side, classes: classes)
    return (set, digits.count { $0 == nil })
  }
}
