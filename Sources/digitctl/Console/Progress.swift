/// How far some work has come: on a terminal one line that is drawn again, otherwise nothing until the end.
struct Progress {
  private let console: Console
  private let title: String
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var drawn: ContinuousClock.Instant?

  init(_ title: String, on console: Console) {
    self.console = console
    self.title = title
    start = clock.now
  }

  /// Seconds since the beginning.
  var seconds: Double { Progress.seconds(clock.now - start) }

  /// Draws `done` of `total` with what `detail` adds; at most ten times a second.
  mutating func show(_ done: Int, of total: Int?, _ detail: (_ seconds: Double) -> String) {
    guard console.redraws, console.verbosity >= .normal else { return }
    let now = clock.now
    if let drawn, Progress.seconds(now - drawn) < 0.1 { return }
    drawn = now
    var text = title
    if let total, total > 0 {
      text += "  \(Progress.bar(done, total))  \(min(100, 100 * done / total)) %"
    }
    console.draw("\r\u{1B}[K" + text + "  " + detail(Progress.seconds(now - start)))
  }

  /// Clears the line and leaves `line` in its place.
  func end(_ line: String) {
    clear()
    console.note(line)
  }

  func clear() { if drawn != nil { console.draw("\r\u{1B}[K") } }

  private static func bar(_ done: Int, _ total: Int) -> String {
    let full = min(20, 20 * done / total)
    return "[" + String(repeating: "#", count: full) + String(repeating: ".", count: 20 - full)
      + "]"
  }

  private static func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }
}
