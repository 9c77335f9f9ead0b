import CLeptonica
import CZlib
import Testing

/// The system libraries are there: what reads data sets and pictures is built on them.
@Suite struct SystemLibraryTests {
  @Test func zlibAnswers() {
    #expect(String(cString: zlibVersion()).hasPrefix("1."))
  }

  @Test func leptonicaMakesAPicture() {
    var picture = pixCreate(28, 20, 8)
    #expect(pixGetWidth(picture) == 28)
    #expect(pixGetHeight(picture) == 20)
    pixDestroy(&picture)
    #expect(picture == nil)
  }

  /// Each function that DigitKit calls is the library's own.
  @Test func leptonicaIsFoundByName() {
    var library = cleptonica()
    #expect(cleptonica_open(&library) == 1)
    var picture = pixCreate(28, 20, 8)
    #expect(library.pixGetWidth(picture) == 28)
    library.pixDestroy(&picture)
    #expect(picture == nil)
  }
}
