/// Reads single digits from pictures of any kind: a photo, a scan, a drawing.
///
///     let reader = try DigitReader(ModelFile(path: "best.safetensors"))
///     let reading = try reader.read(Picture(reading: "four.jpg"))
///     print(reading.name, reading.confidence)
///
/// Thread-safe.
public final class DigitReader: Sendable {
  /// The names of what it tells apart.
  public let classes: [String]
  /// How pictures are brought into the form that the network knows; nil: they are in it.
  public let preparation: DigitPreparation?
  private let predictor: Predictor
  private let input: Input

  /// A reader with a trained model. Without `preparation` pictures must have the network's own form.
  public init(
    _ file: ModelFile, preparation: DigitPreparation? = DigitPreparation(), threads: Int = 0
  ) throws {
    guard file.model.inputs.count == 1, let input = file.model.inputs.first, input.channels == 1,
      input.type == .bytes, input.sourceHeight == input.sourceWidth || preparation == nil
    else {
      throw GraphError(
        "\(file.model.name) does not read one square grey picture of bytes; use its plans and a Runner"
      )
    }
    classes =
      file.classes.isEmpty ? (0..<file.model.outputCount).map(String.init) : file.classes
    var preparation = preparation
    preparation?.scale(to: input.sourceHeight)
    self.preparation = preparation
    self.input = input
    predictor = try Predictor(file.model, parameters: file.parameters, threads: threads)
  }

  /// What is in a picture; an error if it shows no ink.
  public func read(_ picture: Picture) throws -> Reading {
    try read([picture])[0].get()
  }

  /// What is in each of several pictures: prepared on all cores, read in one go.
  public func read(_ pictures: [Picture]) throws -> [Result<Reading, any Error>] {
    let forms = try inParallel(pictures) { picture in Result { try self.prepare(picture) } }
    let bytes = forms.compactMap { try? $0.get().bytes }
    let probabilities = bytes.isEmpty ? [] : try predictor.predict(Array(bytes.joined()))
    var row = 0
    return forms.map { form in
      form.map { picture in
        defer { row += 1 }
        let first = row * predictor.valuesPerImage
        return Reading(
          probabilities: Array(probabilities[first..<first + predictor.valuesPerImage]),
          classes: classes, seen: picture)
      }
    }
  }

  /// A picture in the form that the network knows.
  private func prepare(_ picture: Picture) throws -> Picture {
    if let preparation { return try preparation.prepare(picture).picture }
    let grey = picture.grey
    guard grey.height == input.sourceHeight, grey.width == input.sourceWidth else {
      throw DataError(
        "a picture of \(grey.width)x\(grey.height) is not of \(input.sourceWidth)x\(input.sourceHeight), "
          + "as the network reads them: let it be prepared")
    }
    return grey
  }
}

extension DigitPreparation {
  /// The same proportions in pictures of another size.
  public mutating func scale(to side: Int) {
    guard side != self.side else { return }
    inner = max(4, inner * side / self.side)
    self.side = side
  }
}
