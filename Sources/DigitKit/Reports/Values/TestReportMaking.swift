/// How a report is computed.
extension TestReport {
  /// What to look for.
  public struct Options: Sendable, Equatable {
    /// The part of wrong readings that is allowed when a threshold is chosen.
    public var allowedError = 0.001
    /// Pictures of each kind that are shown; 0: none.
    public var pictures = 24
    /// Threads; 0: as many as there are.
    public var threads = 0

    /// One wrong reading in a thousand is allowed, 24 pictures of each kind are shown.
    public init() {}
  }

  /// Measures a model on labelled pictures.
  public static func measure(
    _ model: Model, _ parameters: Parameters, on data: LabelledData, about: About,
    options: Options = Options()
  ) throws -> TestReport {
    let evaluator = try Evaluator(model, parameters: parameters, threads: options.threads)
    let loss = try evaluator.measure(data).loss
    let clock = ContinuousClock()
    let start = clock.now
    let predictions = try evaluator.predictions(data)
    let seconds = (clock.now - start) / .seconds(1)
    var about = about
    about.network = about.network ?? RunDescription.Network(model)
    var report = try TestReport(
      predictions, pictures: data, about: about, loss: loss, seconds: seconds, options: options)
    guard options.pictures > 0 else { return report }
    report.filters = try LayerPictures.filters(of: model, parameters)
    if let example = report.right.first ?? report.wrong.first {
      let layers = try LayerPictures.featureMaps(
        of: model, parameters, data.images, index: example.index)
      if !layers.isEmpty { report.featureMaps = FeatureMaps(example: example, layers: layers) }
    }
    return report
  }

  /// A report of predictions that were made elsewhere, of the pictures that are meant in `data`.
  public init(
    _ predictions: Predictions, pictures data: LabelledData? = nil, about: About,
    loss: Double? = nil, seconds: Double? = nil, options: Options = Options()
  ) throws {
    if let data, data.count != predictions.count {
      throw DataError(
        "\(predictions.count) predictions cannot be of \(data.count) pictures: give those that were read"
      )
    }
    let matrix = ConfusionMatrix(predictions)
    let accuracy = predictions.accuracy
    let interval = accuracy.interval()
    self.about = about
    count = predictions.count
    correct = accuracy.successes
    self.accuracy = accuracy.value
    accuracyInterval = Interval(low: interval.lowerBound, high: interval.upperBound)
    self.loss = loss
    classes = (0..<predictions.classes).map { label in
      let roc = ROC(predictions, label: label)
      let score = matrix.score(label)
      return ClassScore(
        name: about.name(label), score: Score(score), support: score.support, area: roc?.area,
        curve: roc?.outline ?? [])
    }
    macro = Score(matrix.macro)
    weighted = Score(matrix.weighted)
    confusion = (0..<matrix.classes).map { label in
      (0..<matrix.classes).map { matrix[label, $0] }
    }
    calibration = CalibrationSummary(Calibration(predictions))
    readRate = ReadRateSummary(ReadRate(predictions), allowedError: options.allowedError)
    speed = seconds.flatMap { seconds in
      seconds > 0
        ? Speed(seconds: seconds, imagesPerSecond: Double(predictions.count) / seconds) : nil
    }
    let examples = ExamplePicker(predictions, data, about, options.pictures)
    wrong = try examples.wrong()
    barelyRight = try examples.barelyRight()
    right = try examples.right()
  }

  /// The same report with nothing to look at, for programs.
  public var withoutPictures: TestReport {
    func plain(_ examples: [Example]) -> [Example] {
      examples.map { example in
        var example = example
        example.picture = nil
        return example
      }
    }
    var report = self
    report.wrong = plain(wrong)
    report.barelyRight = plain(barelyRight)
    report.right = plain(right)
    report.filters = []
    report.featureMaps = nil
    return report
  }
}

/// Chooses pictures worth looking at.
private struct ExamplePicker {
  private let predictions: Predictions
  private let data: LabelledData?
  private let about: TestReport.About
  private let most: Int

  init(_ predictions: Predictions, _ data: LabelledData?, _ about: TestReport.About, _ most: Int) {
    self.predictions = predictions
    self.data = data
    self.about = about
    self.most = max(0, most)
  }

  func wrong() throws -> [TestReport.Example] {
    try examples(sorted(isCorrect: false) { $0 > $1 })
  }

  func barelyRight() throws -> [TestReport.Example] {
    try examples(sorted(isCorrect: true) { $0 < $1 })
  }

  /// One of each class in turn, as they come.
  func right() throws -> [TestReport.Example] {
    var byClass: [Int32: [Int]] = [:]
    for place in 0..<predictions.count where predictions.isCorrect(place) {
      if byClass[predictions.labels[place], default: []].count < most {
        byClass[predictions.labels[place], default: []].append(place)
      }
    }
    let labels = byClass.keys.sorted()
    let rounds = byClass.values.map(\.count).max() ?? 0
    let order = (0..<rounds).flatMap { round in
      labels.compactMap { label in
        byClass[label].flatMap { $0.count > round ? $0[round] : nil }
      }
    }
    return try examples(order)
  }

  private func sorted(isCorrect: Bool, _ comes: (Float, Float) -> Bool) -> [Int] {
    let places = (0..<predictions.count).filter { predictions.isCorrect($0) == isCorrect }
    let keyed = places.map { (place: $0, confidence: predictions.confidence($0)) }
    // Ties by place, so that a report is the same every time.
    return keyed.sorted { a, b in
      a.confidence == b.confidence ? a.place < b.place : comes(a.confidence, b.confidence)
    }.map(\.place)
  }

  private func examples(_ places: [Int]) throws -> [TestReport.Example] {
    try places.prefix(most).map { place in
      let index = data?.indices[place] ?? place
      return TestReport.Example(
        index: index, label: about.name(Int(predictions.labels[place])),
        predicted: about.name(Int(predictions.predicted[place])),
        confidence: Double(predictions.confidence(place)),
        picture: try data.map { try ReportPicture($0.images.picture(index)) })
    }
  }
}
