import DigitKit
import Dispatch
import Foundation

private final class Current: @unchecked Sendable {
  private let lock = NSLock()
  private var source: (any DispatchSourceSignal)?

  func set(_ trainer: Trainer) {
    lock.withLock {
      source?.cancel()
      signal(SIGINT, SIG_IGN)
      let new = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
      new.setEventHandler { trainer.cancel() }
      new.resume()
      source = new
    }
  }
}

private let current = Current()

/// Ctrl-C ends this trainer's run after its current update.
func cancelOnInterrupt(_ trainer: Trainer) { current.set(trainer) }
