#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The time of day, as reports have it.
public enum ReportClock {
  /// `2026-11-26 18:59 UTC`
  public static var now: String { text(Date().timeIntervalSince1970) }

  /// Seconds since 1970 as a date.
  static func text(_ seconds: Double) -> String {
    let minutes = Int((seconds / 60).rounded(.down))
    let (days, minute) = (minutes / 1440, minutes % 1440)
    let (year, month, day) = date(days)
    return "\(year)-\(two(month))-\(two(day)) \(two(minute / 60)):\(two(minute % 60)) UTC"
  }

  static var seconds: Double { Date().timeIntervalSince1970 }

  /// The Gregorian date of a day counted from 1970-01-01, in eras of 400 years that begin in March.
  private static func date(_ days: Int) -> (year: Int, month: Int, day: Int) {
    let fromMarch0 = days + 719_468
    let era = fromMarch0 / 146_097
    let dayOfEra = fromMarch0 % 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * month + 2) / 5 + 1
    return (yearOfEra + era * 400 + (month >= 10 ? 1 : 0), month < 10 ? month + 3 : month - 9, day)
  }

  private static func two(_ number: Int) -> String { (number < 10 ? "0" : "") + "\(number)" }
}
