import Testing

@testable import DigitKit

@Suite struct NumbersTests {
  @Test func digits() {
    #expect(Numbers.fixed(0.98765, 2) == "0.99")
    #expect(Numbers.fixed(-0.004, 2) == "0.00")
    #expect(Numbers.fixed(-1234.5, 1) == "-1,234.5")
    #expect(Numbers.fixed(0.05, 3) == "0.050")
    #expect(Numbers.fixed(.nan, 2) == "–")
    #expect(Numbers.fixed(1e300, 2) == "1.00e300")
    #expect(Numbers.percent(0.99125) == "99.13 %")
    #expect(Numbers.percent(1, 0) == "100 %")
    #expect(Numbers.percent(.infinity) == "–")
  }

  @Test func threeDigitsThatCount() {
    #expect(Numbers.brief(0) == "0")
    #expect(Numbers.brief(0.00123456) == "0.00123")
    #expect(Numbers.brief(12.345) == "12.3")
    #expect(Numbers.brief(1234.5) == "1,235")
    #expect(Numbers.brief(0.1) == "0.1")
    #expect(Numbers.brief(-2.5) == "-2.5")
    #expect(Numbers.brief(1.25e-7) == "1.3e-7")
  }

  @Test func magnitudesOfPowersAreExact() {
    for power in -12...12 {
      #expect(Numbers.magnitude(StableMath.power(10, power)) == power)
    }
    #expect(Numbers.magnitude(999.9) == 2)
    #expect(Numbers.magnitude(0) == 0)
  }

  @Test func times() {
    #expect(Numbers.time(0.0123) == "0.012 s")
    #expect(Numbers.time(9.94) == "9.9 s")
    #expect(Numbers.time(59.4) == "59 s")
    #expect(Numbers.time(59.6) == "1 min 00 s")
    #expect(Numbers.time(192) == "3 min 12 s")
    #expect(Numbers.time(3840) == "1 h 04 min")
    #expect(Numbers.time(-1) == "–")
  }

  @Test func counts() {
    #expect(counted(1, "epoch") == "1 epoch")
    #expect(counted(2000, "epoch") == "2,000 epochs")
  }

  @Test func dates() {
    #expect(ReportClock.text(0) == "1970-01-01 00:00 UTC")
    #expect(ReportClock.text(951_782_399) == "2000-02-28 23:59 UTC")
    #expect(ReportClock.text(951_868_799) == "2000-02-29 23:59 UTC")
    #expect(ReportClock.text(1_795_719_540) == "2026-11-26 18:59 UTC")
    #expect(ReportClock.text(4_107_542_400) == "2100-03-01 00:00 UTC")
  }

  @Test func commandsCanBeTypedAgain() {
    #expect(ShellWords.joined(["digitctl", "train", "--lr", "1e-3"]) == "digitctl train --lr 1e-3")
    #expect(ShellWords.joined(["a b", "", "it's", "$(rm)"]) == "'a b' '' 'it'\\''s' '$(rm)'")
  }

  @Test func fieldsOfTables() {
    var csv = CSV(["a", "b"])
    csv.add(["1,5", "say \"x\"\r\n"])
    csv.add([" plain ", ""])
    #expect(csv.text == "a,b\r\n\"1,5\",\"say \"\"x\"\"\r\n\"\r\n plain ,\r\n")
    #expect(CSV.field("\"\u{301}") == "\"\"\"\u{301}\"")
    #expect(CSV.number(nil) == "")
    #expect(CSV.number(.nan) == "")
    #expect(CSV.number(0.1) == "0.1")
  }
}
