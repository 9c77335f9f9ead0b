import Synchronization

@testable import DigitKit

/// Pictures of 12x12 with one bright corner, which is their class, and noise: learned in a moment.
func corners(_ count: Int, seed: UInt64 = 1) throws -> ImageSet {
  let noise = Engine.randomNumbers(seed: seed, purpose: .test, count: count * 144)
  var pixels = noise.map { UInt8($0 & 63) }
  let labels = (0..<count).map { Int32(noise[$0 * 144] >> 8 & 3) }
  for (image, label) in labels.enumerated() {
    let (top, left) = (Int(label / 2) * 6, Int(label % 2) * 6)
    for y in top..<top + 6 {
      for x in left..<left + 6 { pixels[image * 144 + y * 12 + x] += 100 }
    }
  }
  return try ImageSet(pixels: pixels, labels: labels, height: 12, width: 12, classes: 4)
}

/// A network with everything that a resume must bring back: dropout and, if wanted, batch statistics.
func cornerNet(
  norm: Bool = false, dropout: Bool = false, loss: Loss = .crossEntropy()
) throws -> Model {
  try Model(Input(12, 12), loss: loss, name: "corners") {
    Conv2D(channels: 8, kernel: 3, activation: .relu)
    if norm { BatchNorm() }
    MaxPool2D()
    if dropout { Dropout(rate: 0.3) }
    Flatten()
    Dense(units: 16, activation: .relu)
    Dense(units: 4)
  }
}

func configuration(
  _ optimiser: Optimiser = .adam(), batch: Int = 16, epochs: Int = 2
) -> TrainingConfiguration {
  var configuration = TrainingConfiguration()
  configuration.optimiser = optimiser
  configuration.batchSize = batch
  configuration.budget = Budget(epochs: epochs)
  return configuration
}

/// Keeps what happened.
final class Diary: Sendable {
  private let kept = Mutex<[TrainingEvent]>([])
  /// Called with each event before it is kept.
  private let also: @Sendable (TrainingEvent) throws -> CallbackAnswer

  init(_ also: @escaping @Sendable (TrainingEvent) throws -> CallbackAnswer = { _ in .goOn }) {
    self.also = also
  }

  var events: [TrainingEvent] { kept.withLock { $0 } }

  var callback: TrainingCallback {
    { event in
      let answer = try self.also(event)
      self.kept.withLock { $0.append(event) }
      return answer
    }
  }

  var losses: [Double] {
    events.compactMap { if case .step(let step) = $0 { step.loss } else { nil } }
  }
  var epochs: [TrainingEvent.Epoch] {
    events.compactMap { if case .epoch(let epoch) = $0 { epoch } else { nil } }
  }
  var looks: [TrainingEvent.Validation] {
    events.compactMap { if case .validation(let look) = $0 { look } else { nil } }
  }
  var warnings: [String] {
    events.compactMap { if case .warning(let text) = $0 { text } else { nil } }
  }
}

extension Parameters {
  /// All numbers, as bits.
  var bits: [UInt32] { withBlock { $0.map(\.bitPattern) } }
}
