// swift-format-ignore-file
// Examples stand here as their document shows them.
import DigitKit

func swiftAPIExamples() throws {
  let model = try describe()
  try describeAGraph()
  let parameters = try setParameters(of: model, values: [Float](repeating: 0.5, count: 6))
  let train = try compile(model)
  try run(train, parameters)
  try predict(model, parameters)
  try openData()
  let result = try trainWithValidation(folder: "data/mnist")
  try evaluate(Zoo.model("keras-cnn"), result)
  try saveAndLoad(model, parameters, names: Material.names)
  try lookAtPictures()
  try readAPhoto()
}

private func describe() throws -> Model {
  // shown in docs/swift-api.md
  let model = try Model(Input(28, 28), loss: .crossEntropy(), name: "lenet5") {
    Conv2D(channels: 6, kernel: 5, activation: .relu)
    MaxPool2D()
    Conv2D(channels: 16, kernel: 5, activation: .relu)
    MaxPool2D()
    Flatten()
    Dense(units: 120, activation: .relu)
    Dense(units: 84, activation: .relu)
    Dense(units: 10)
  }
  // end
  return model
}

private func describeAGraph() throws {
  // shown in docs/swift-api.md
  let model = try Model(name: "two heads") { net in
    let x = try net.input(Input(28, 28))
    let a = try Conv2D(channels: 16, kernel: 3, padding: .same, activation: .relu)(x)
    let b = try Conv2D(channels: 16, kernel: 3, padding: .same)(a)
    let y = try GlobalAveragePool2D()(Add()(a, b))
    try net.head(Dense(units: 10)(y), loss: .crossEntropy(), name: "digit", target: "digits")
    try net.head(Dense(units: 1)(y), loss: .binaryCrossEntropy, name: "odd", target: "parity", weight: 0.5)
  }
  // end
  try expect(model.heads.map(\.name) == ["digit", "odd"], "the heads")
}

private func setParameters(of model: Model, values: [Float]) throws -> Parameters {
  // shown in docs/swift-api.md
  let parameters = Parameters(for: model)
  parameters.initialise(seed: 1)                 // by (seed, name) alone
  try parameters.values(of: "conv1.weight")      // PyTorch's layout: [out, in, ky, kx], [out, in]
  try parameters.set("conv1.bias", to: values)
  let block = parameters.withBlock { Array($0) }  // all of it, padded: exact copies
  let best = parameters.copy()
  // end
  try expect(best.values(of: "conv1.bias") == values, "what was set in a copy")
  return parameters
}

private func compile(_ model: Model) throws -> Plan {
  // shown in docs/swift-api.md
  let train = try model.plan(.train(TrainingOptions(rule: .adam)), batch: 128)
  let measure = try model.plan(.measure(), batch: 256)
  let predict = try model.plan(.predict([.probabilities, .layer("flatten1")]), batch: 64)
  print(train.description)
  // end
  return train
}

private func run(_ train: Plan, _ parameters: Parameters) throws {
  let set = try Material.mnist().training
  let (pixels, labels, indices) = (Array(set.pixels), set.labels, Array(Int64(0)..<128))
  // shown in docs/swift-api.md
  let runner = try Runner(train, parameters: parameters, threads: 2)
  let data = ["input": DataArray(bytes: pixels, valuesPerItem: 784), "labels": DataArray(labels: labels)]
  var values = StepValues()                      // seed, epoch, update, microStep, accumulates, lossScale, clipNorm, groups
  values.groups[0].rate = 1e-3
  let result = try runner.run(data, indices: indices, values: values)   // phases: .all unless given
  result.loss; result.accuracy; result.heads     // sums and weights of each head; result.add(other) joins batches
  // end
}

private func predict(_ model: Model, _ parameters: Parameters) throws {
  let pixels = [UInt8](repeating: 0, count: 2 * 784)
  // shown in docs/swift-api.md
  let predictor = try Predictor(model, parameters: parameters)
  let rows = try predictor.predict(pixels)       // probabilities, image behind image
  // end
  try expect(rows.count == 20, "ten numbers for each of two pictures")
}

private func openData() throws {
  // shown in docs/swift-api.md
  let data = try DataSource.open("mnist")        // a name, an IDX file, a folder of pictures, a table, an .npz
  data.training                                  // ImageSet: pixels, labels, height, width, channels, classes
  data.test; data.classNames; data.form; data.skipped; data.notes
  // end
}

private func trainWithValidation(folder: String) throws -> TrainingResult {
  // shown in docs/swift-api.md
  let mnist = try MNIST.load(from: folder)
  let split = try Split(stratified: mnist.training.labels, validation: 6_000, seed: 1)
  var configuration = TrainingConfiguration()
  configuration.optimiser = .adam()
  configuration.earlyStopping = EarlyStopping(patience: 3)

  let trainer = try Trainer(
    Zoo.model("keras-cnn"), configuration,
    training: LabelledData(mnist.training, indices: split.training),
    validation: LabelledData(mnist.training, indices: split.validation),
    folder: "runs/first")
  let result = try trainer.run(resumes: true) { event in
    if case .epoch(let epoch) = event { print(epoch.progress.epoch, epoch.loss) }
    return .goOn
  }
  result.parameters                              // the best, the average, or the last
  // end
  return result
}

private func evaluate(_ model: Model, _ result: TrainingResult) throws {
  let mnist = try Material.mnist()
  // shown in docs/swift-api.md
  let evaluator = try Evaluator(model, parameters: result.parameters)
  try evaluator.measure(LabelledData(mnist.test)).accuracy
  try evaluator.predictions(LabelledData(mnist.test)).accuracy.interval()
  // end
}

private func lookAtPictures() throws {
  let (set, test) = try (Material.large(), Material.mnist().test)
  let training = test
  let data = try LabelledData(test)
  let pictures = (0..<20).map(test.picture)
  let names = pictures.indices.map { "\($0)" }
  let predictor = try Material.predictor()
  var configuration = TrainingConfiguration()
  // shown in docs/swift-api.md
  let picture = try Picture(reading: "four.jpg")                       // PNG, JPEG, TIFF, BMP, WebP, PNM, GIF
  let digit = try DigitPreparation().prepare(picture).picture          // in MNIST's form, or NoInkFound
  try ContactSheet(columns: 10).draw(pictures, captions: names).writePNG(to: "sheet.png")
  let split = try Split(stratified: set.labels, validation: 6_000, test: 4_000, seed: 1)
  let folds = try Split.folds(5, stratified: set.labels, seed: 1)
  configuration.sampling = .balanced                                   // .shuffled, .inOrder, .classWeights, .pictureWeights
  let input = try Input(28, 28).standardised(by: set.statistics(of: split.training))
  print(try DataDescription(of: set))
  Duplicates.exact(between: training, and: test).groups
  try LabelDoubts(predictor, of: data).doubts
  // end
}

private func readAPhoto() throws {
  let picture = try Picture(reading: "four.jpg")
  // shown in docs/swift-api.md
  let reader = try DigitReader(ModelFile(path: "best.safetensors"))    // pictures of any kind, prepared and read
  let reading = try reader.read(picture)                               // NoInkFound where there is nothing
  reading.name; reading.confidence; reading.isSure(0.96); reading.candidates; reading.seen
  // end
}

private func saveAndLoad(_ model: Model, _ parameters: Parameters, names: [String]) throws {
  // shown in docs/swift-api.md
  try ModelFile(model, parameters: parameters, classes: names).write(to: "digits.safetensors")
  let file = try ModelFile(path: "digits.safetensors")       // file.model, file.parameters, file.classes
  try ModelImage(of: file).write(to: "digits.ckm")           // for the C core alone
  // end
  try file.write(to: "best.safetensors")
}
