/// One thing that TensorBoard shows at one step, under a name like `loss/training`.
enum EventSummary: Equatable {
  case scalar(String, Float)
  case picture(String, Picture)
  /// Markdown.
  case text(String, String)

  /// The numbers of a line of metrics.
  static func of(_ record: RunRecord) -> [EventSummary] {
    let part: String
    switch record.kind {
    case .steps: part = "training"
    case .epoch: part = "training by epoch"
    case .validation: part = "validation"
    case .checkpoint, .warning, .stopped: return []
    }
    let named: [(String, Double?)] = [
      ("loss/\(part)", record.loss), ("accuracy/\(part)", record.accuracy),
      ("learning rate", record.kind == .steps ? record.rate : nil),
      ("images per second", record.kind == .epoch ? record.imagesPerSecond : nil),
    ]
    return named.compactMap { name, value in value.map { .scalar(name, Float($0)) } }
  }

  /// As a message `Summary` of one value (tensorflow/core/framework/summary.proto).
  func write(_ summary: inout ProtobufWriter) throws {
    switch self {
    case .scalar(let tag, let value):
      summary.message(1) {
        $0.string(1, tag)
        $0.float(2, value)
      }
    case .picture(let tag, let picture):
      let png = try picture.png()
      summary.message(1) {
        $0.string(1, tag)
        $0.message(4) {
          $0.integer(1, picture.height)
          $0.integer(2, picture.width)
          $0.integer(3, picture.channels)
          $0.data(4, png)
        }
      }
    case .text(let tag, let text):
      summary.message(1) {
        $0.string(1, tag + "/text_summary")
        // The value is a tensor of one string; the plugin that shows it is named beside it.
        $0.message(9) { $0.message(1) { $0.string(1, "text") } }
        $0.message(8) {
          $0.integer(1, 7)
          $0.message(2) { $0.message(2) { $0.integer(1, 1) } }
          $0.string(8, text)
        }
      }
    }
  }
}

extension EventSummary {
  /// The pictures of a report: filters, feature maps, and mistakes with what was read.
  static func pictures(of report: RunReport) throws -> [EventSummary] {
    guard let test = report.test else { return [] }
    var summaries: [EventSummary] = []
    func add(_ name: String, _ pictures: [ReportPicture], _ captions: [String] = []) throws {
      let decoded = try pictures.map { try Picture(decoding: $0.png, named: name) }
      guard !decoded.isEmpty else { return }
      let sheet = try ContactSheet(columns: 8, scale: 4).draw(decoded, captions: captions)
      summaries.append(.picture(name, sheet))
    }
    for layer in test.filters { try add("filters/\(layer.layer)", layer.pictures) }
    for layer in test.featureMaps?.layers ?? [] {
      try add("feature maps/\(layer.layer)", layer.pictures)
    }
    let wrong = test.wrong.filter { $0.picture != nil }
    try add(
      "examples/read wrongly", wrong.compactMap(\.picture),
      wrong.map { "\($0.label) as \($0.predicted)" })
    let right = test.right.filter { $0.picture != nil }
    try add("examples/read correctly", right.compactMap(\.picture), right.map(\.label))
    return summaries
  }
}
