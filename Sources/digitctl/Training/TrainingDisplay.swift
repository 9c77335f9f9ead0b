import DigitKit

/// Shows a run while it trains: a line that is drawn again and, at the end of each epoch, one that stays.
///
/// Events come one after the other from the thread that trains, while the one that made this waits: nothing
/// here is used by two threads at a time.
final class TrainingDisplay: @unchecked Sendable {
  private let console: Console
  private let epochs: Int
  private let pictures: Int
  private let batch: Int
  private var progress: Progress
  private var loss: Double?
  private var images = 0
  /// An epoch that ended, until it is known whether validation follows.
  private var waiting: (epoch: TrainingEvent.Epoch, rate: Double)?

  init(_ configuration: TrainingConfiguration, pictures: Int, console: Console) {
    self.console = console
    self.pictures = pictures
    epochs = configuration.budget.epochs ?? 1
    batch = configuration.batchSize
    progress = Progress("training", on: console)
  }

  /// Takes an event of the trainer.
  func show(_ event: TrainingEvent) {
    switch event {
    case .step(let step): show(step)
    case .epoch(let epoch):
      finishEpoch()
      waiting = (epoch, Double(images) / max(epoch.seconds, 1e-9))
      images = 0
    case .validation(let look): finishEpoch(look)
    case .checkpoint(let saved): console.detail("saved \(saved.path)")
    case .warning(let text):
      progress.clear()
      console.warn(text)
    case .stopped:
      finishEpoch()
      progress.clear()
    }
  }

  private func show(_ step: TrainingEvent.Step) {
    finishEpoch()
    images += step.images
    // The mean of a few dozen updates is smooth enough to be read.
    let mean = loss.map { 0.95 * $0 + 0.05 * step.loss } ?? step.loss
    loss = mean
    let done = step.progress.epoch * pictures + step.progress.updateInEpoch * batch
    let total = epochs * pictures
    let rate = Double(done) / max(step.progress.seconds, 1e-9)
    progress.show(done, of: total) { _ in
      "epoch \(step.progress.epoch + 1)/\(epochs)  loss \(Numbers.fixed(mean, 4))  \(grouped(Int(rate.rounded()))) images/s  "
        + "\(Numbers.time(Double(total - done) / max(rate, 1e-9))) left"
    }
  }

  /// The line of an epoch, with what validation said of it.
  private func finishEpoch(_ look: TrainingEvent.Validation? = nil) {
    guard let (epoch, rate) = waiting else { return }
    waiting = nil
    progress.clear()
    var line =
      "epoch \(padded("\(epoch.progress.epoch)/\(epochs)", 7)) loss \(Numbers.fixed(epoch.loss, 4))"
    if let look {
      line += "  validation loss \(Numbers.fixed(look.loss, 4))"
      if let accuracy = look.accuracy { line += ", \(Numbers.fixed(100 * accuracy, 2)) %" }
      line += look.isBest ? " *" : "  "
    }
    console.note(
      line + "  \(Numbers.fixed(epoch.seconds, 1)) s, \(grouped(Int(rate.rounded()))) images/s")
  }
}
