/// Means over some updates.
struct Window {
  private(set) var images = 0
  private var loss = 0.0
  private var correct: Double?
  private var rate: Double?
  private let began: Double?

  /// `since`: the seconds of training when it began, where they are known.
  init(since began: Double? = nil) { self.began = began }

  mutating func add(_ step: TrainingEvent.Step) {
    let count = Double(step.images)
    images += step.images
    loss += step.loss * count
    if let accuracy = step.accuracy { correct = (correct ?? 0) + accuracy * count }
    rate = step.rate
  }

  func record(_ kind: RunRecord.Kind, _ progress: TrainingProgress) -> RunRecord {
    var record = RunRecord(kind, progress)
    record.rate = rate
    guard images > 0 else { return record }
    record.loss = loss / Double(images)
    record.accuracy = correct.map { $0 / Double(images) }
    if let began, progress.seconds > began {
      record.imagesPerSecond = Double(images) / (progress.seconds - began)
    }
    return record
  }
}
