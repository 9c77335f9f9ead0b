// swift-format-ignore-file
// Examples stand here as their document shows them.
import DigitKit

func dataExamples() throws {
  try openSources()
  try draw()
  try drawAsNeeded()
  try composeStrings(MNIST.load(from: "data/mnist"))
  try prepare(readPicture())
  try splitAndSample(Material.large())
  try augment()
  try look()
}

private func openSources() throws {
  // shown in docs/data.md
  let data = try DataSource.open("mnist")                     // a name, a file or a folder
  print(data.training.count, data.test?.count ?? 0)           // 60000 10000
  print(data.classNames)                                      // ["0", ..., "9"]

  var options = LoadingOptions()
  options.skipsBad = true                                     // leave out and count what cannot be read
  options.size = .init(height: 28, width: 28)                 // pictures of a folder, fitted, their shape kept
  let own = try DataSource.open("photos/", options: options)
  own.skipped.count; own.skipped.reasons; own.notes           // what was left out, and why
  // end
}

/// Compiled, never run: it needs a network.
private func download() throws {
  // shown in docs/data.md
  for set in PublishedSet.all { print(set.set.name, set.licence) }
  try PublishedSet.named("mnist").get(into: "data") { file, download in
    download.onProgress = { received, total in print(file.name, received) }
  }
  // end
}

private func draw() throws {
  // shown in docs/data.md
  let digits = try Synth(seed: 1).images(count: 1_000)        // an ImageSet of 28x28, in MNIST's form
  let other = try Synth(seed: 1, style: .everything, side: 40)
  try other.picture(17).writePNG(to: "17.png")                // digit number 17; picture(17, digit: 4) is a 4 in its place
  // end
}

private func drawAsNeeded() throws {
  let model = try Zoo.model("softmax")
  var configuration = TrainingConfiguration()
  // shown in docs/data.md
  configuration.sampling = .inOrder
  let many = try DrawnDigits(Synth(seed: 1), count: 10_000_000)
  let trainer = try Trainer(model, configuration, training: many)
  // end
}

private func composeStrings(_ mnist: MNIST.Sets) throws {
  // shown in docs/data.md
  let strings = try DigitStrings(of: .images(mnist.training), seed: 1)     // or .drawn(.handwriting)
  let string = try strings.string(0)
  string.picture; string.text; string.boxes                                // grey, "40213", a box around the ink of each digit
  // end
}

private func readPicture() throws -> Picture {
  // shown in docs/data.md
  let picture = try Picture(reading: "four.jpg")          // or Picture(decoding: bytes, named: "upload")
  try picture.grey.resized(width: 280, height: 280).inverted.writePNG(to: "four.png")
  // end
  return picture
}

private func prepare(_ picture: Picture) throws {
  // shown in docs/data.md
  let prepared = try DigitPreparation().prepare(picture, showsSteps: true)
  prepared.picture                                        // 28x28, light on black
  try prepared.sheet().writePNG(to: "steps.png")
  // end
}

private func splitAndSample(_ set: ImageSet) throws {
  var configuration = TrainingConfiguration()
  // shown in docs/data.md
  let split = try Split(stratified: set.labels, validation: 6_000, test: 4_000, seed: 1)
  let folds = try Split.folds(5, stratified: set.labels, seed: 1)
  let few = try Subset.perClass(100, labels: set.labels, seed: 1)
  configuration.sampling = .balanced
  // end
}

private func augment() throws {
  var configuration = TrainingConfiguration()
  // shown in docs/data.md
  configuration.augmentation = [.rotate(10), .shift(2), .elastic(1)]
  configuration.augmentation = .digits + [.noise(0.05), .mixup(alpha: 0.2)]
  configuration.augmentation = try Augmentation(parsing: "digits,noise=0.05,erase=0.2:0.4")   // as on a command line
  // end
}

private func look() throws {
  let set = try Material.mnist().test
  let (training, test) = (set, set)
  let data = try LabelledData(set)
  let predictor = try Material.predictor()
  // shown in docs/data.md
  print(try DataDescription(of: set))                     // counts, shares, mean and deviation by class
  try DataDescription(of: set).meanSheet().writePNG(to: "means.png")
  Duplicates.exact(between: training, and: test).groups   // byte for byte
  try Duplicates.near(in: training, and: test)            // nearly
  try LabelDoubts(predictor, of: data).sheet(of: set).writePNG(to: "doubts.png")
  // end
}
