import CLeptonica
import CZlib
import Testing

/// The module maps of the system libraries compile and link: what reads data sets and pictures
/// is built on them.
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
}
