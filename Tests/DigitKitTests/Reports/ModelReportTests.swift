import Testing

@testable import DigitKit

@Suite struct ModelReportTests {
  @Test func summaryIsATable() throws {
    let model = try Zoo.model("lenet5").freezing { $0.hasPrefix("conv1") }
    #expect(
      model.summary == """
        lenet5
        layer     kind       output   parameters  multiply-adds   memory
        ----------------------------------------------------------------
        input     Input      28x28x1                              3.1 kB
        conv1     Conv2D     24x24x6       156 *         86,400  19.3 kB
        pool1     MaxPool2D  12x12x6                              4.6 kB
        conv2     Conv2D     8x8x16        2,416        153,600  17.0 kB
        pool2     MaxPool2D  4x4x16                               1.0 kB
        flatten1  Flatten    256                                  1.0 kB
        dense1    Dense      120          30,840         30,720   132 kB
        dense2    Dense      84           10,164         10,080  49.9 kB
        dense3    Dense      10              850            840   6.3 kB
        ----------------------------------------------------------------
        all                               44,426        281,640   234 kB
        * not trained
        """)
  }

  @Test func drawings() throws {
    let model = try Zoo.model("resnet18")
    let dot = model.graphviz
    #expect(dot.hasPrefix("digraph \"resnet18\" {"))
    #expect(dot.contains("\"layer1.0.bn2\" -> \"layer1.0.add1\";"))
    let svg = model.svg
    #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"))
    #expect(svg.split(separator: "<rect").count - 1 == model.layers.count)
  }

  @Test func planDescription() throws {
    let text = try Zoo.model("lenet5").plan(.train(), batch: 128).description
    #expect(text.contains("All threads meet 3 times"))
    #expect(text.contains("conv1 forward"))
    #expect(text.contains("2x2 maximum fused"))
  }
}
