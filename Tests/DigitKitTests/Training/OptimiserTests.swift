import Foundation
import Testing
import ckernels

@testable import DigitKit

extension UpdateValues {
  /// As the runtime does it.
  fileprivate var plain: ck_update {
    ck_update(
      rate: rate, weight_decay: weightDecay, momentum: momentum, dampening: dampening,
      beta1: beta1, beta2: beta2, epsilon: epsilon, correction1: correction1,
      correction2: correction2, gradient_scale: gradientScale, clip_value: clipValue,
      nesterov: nesterov ? 1 : 0, decoupled: decoupled ? 1 : 0)
  }
}

@Suite struct OptimiserTests {
  static let optimisers: [String: Optimiser] = [
    "sgd": .sgd(SGD()),
    "sgd-decay": .sgd(SGD(rate: 0.05, weightDecay: 0.1)),
    "momentum": .momentum(rate: 0.05),
    "momentum-dampened": .sgd(SGD(rate: 0.05, momentum: 0.9, dampening: 0.4)),
    "nesterov": .sgd(SGD(rate: 0.05, momentum: 0.8, nesterov: true, weightDecay: 0.01)),
    "adam": .adam(),
    "adam-decay": .adam(Adam(rate: 0.02, weightDecay: 0.1)),
    "adamw": .adamW(rate: 0.02),
    "adagrad": .adagrad(Adagrad()),
    "adagrad-decay": .adagrad(Adagrad(rate: 0.05, rateDecay: 0.1, weightDecay: 0.01)),
    "rmsprop": .rmsprop(RMSprop()),
    "rmsprop-momentum": .rmsprop(RMSprop(rate: 0.02, memory: 0.9, momentum: 0.7)),
  ]

  /// The update kernels, given our values, take the weights where PyTorch's optimisers take them.
  @Test(arguments: OptimiserTests.optimisers.keys.sorted())
  func weightsAreThoseOfPyTorch(_ name: String) throws {
    let optimiser = try #require(OptimiserTests.optimisers[name])
    let golden = try TrainingGolden.load().optimisers
    let kernels = try #require(ck_kernels_get("ref")).pointee
    let count = golden.count
    var w = pattern(count, step: 99)
    var m = [Float](repeating: 0, count: count)
    var v = m
    for step in 0..<golden.steps {
      let g = pattern(count, step: step)
      var u = optimiser.values(step: step + 1).plain
      let n = Int64(count)
      switch optimiser.rule {
      case .sgd(momentum: true): kernels.sgd_update(&w, &v, g, n, &u)
      case .sgd(momentum: false): kernels.sgd_update(&w, nil, g, n, &u)
      case .adam: kernels.adam_update(&w, &m, &v, g, n, &u)
      case .adagrad: kernels.adagrad_update(&w, &v, g, n, &u)
      case .rmsprop(momentum: true): kernels.rmsprop_update(&w, &m, &v, g, n, &u)
      case .rmsprop(momentum: false): kernels.rmsprop_update(&w, nil, &v, g, n, &u)
      case .muon: Issue.record("Muon is not elementwise")
      }
    }
    let wanted = try #require(golden.weights[name])
    for (found, wanted) in zip(w, wanted) {
      #expect(isClose(Double(found), Double(wanted), 2e-6))
    }
  }

  @Test func muonLeavesTheRestToAdamW() throws {
    let parameters: [ParameterTraits] = [
      .init("conv1.weight", .outerMatrix), .init("conv1.bias", .bias),
      .init("conv2.weight", .hiddenMatrix), .init("bn.weight", .norm),
      .init("fc.weight", .outerMatrix),
    ]
    let muon = Optimiser.muon(Muon(rate: 0.02))
    let groups = try ParameterGroups(parameters, optimiser: muon)
    #expect(groups.indices == [0, 0, 1, 0, 0])
    let values = groups.values(step: 1)
    #expect(groups.groups.map(\.optimiser.rule) == [.adam, .muon])
    #expect(values[0].rate == 1e-3 && values[0].weightDecay == 1e-2 && values[0].decoupled)
    #expect(values[1].rate == 0.02 && values[1].weightDecay == 0.1 && values[1].decoupled)
    #expect(values[1].momentum == 0.95 && values[1].nesterov)
  }

  @Test func schedulesReachRateAndMomentum() {
    let values = Optimiser.momentum(rate: 0.1).values(step: 5, rateFactor: 0.5, momentum: 0.85)
    #expect(values.rate == 0.05 && values.momentum == 0.85)
    let adam = Optimiser.adam().values(step: 2, momentum: 0.5)
    #expect(adam.beta1 == 0.5 && adam.correction1 == Float(1 / (1 - 0.25)))
    #expect(Optimiser.sgd(SGD()).values(step: 5, momentum: 0.85).momentum == 0)
  }

  @Test func optimisersComeBackFromAFile() throws {
    for optimiser in OptimiserTests.optimisers.values { try expectRoundTrip(optimiser) }
    try expectRoundTrip(Optimiser.muon(Muon()))
    let text = #"{"sgd":{"rate":0.5,"momentum":0,"dampening":0,"nesterov":false,"weightDecay":0}}"#
    let read = try JSONDecoder().decode(Optimiser.self, from: Data(text.utf8))
    #expect(read == .sgd(rate: 0.5))
    for text in ["{}", #"{"sgdd":{}}"#, #"{"adam":{"rate":1}}"#] {
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode(Optimiser.self, from: Data(text.utf8))
      }
    }
  }

  @Test func nonsenseIsRefused() {
    for optimiser: Optimiser in [
      .sgd(rate: -1), .sgd(rate: .nan), .momentum(rate: 1, 1), .sgd(SGD(nesterov: true)),
      .adam(Adam(beta2: 1)), .rmsprop(RMSprop(memory: -0.1)), .adamW(weightDecay: -1),
      .muon(Muon(rest: Adam(rate: -1))),
    ] {
      #expect(throws: TrainingError.self, "\(optimiser)") { try optimiser.validate() }
    }
    for optimiser in OptimiserTests.optimisers.values {
      #expect(throws: Never.self) { try optimiser.validate() }
    }
  }
}

@Suite struct ParameterGroupTests {
  private let parameters: [ParameterTraits] = [
    .init("conv1.weight", .outerMatrix), .init("conv1.bias", .bias),
    .init("bn1.weight", .norm), .init("fc.weight", .outerMatrix), .init("fc.bias", .bias),
  ]

  @Test func withoutRulesThereIsOneGroup() throws {
    let groups = try ParameterGroups(parameters, optimiser: .adamW())
    #expect(groups.groups.count == 1)
    #expect(groups.indices == [0, 0, 0, 0, 0])
    #expect(groups.byName["fc.bias"] == 0 && groups.byName.count == 5)
  }

  @Test func theFirstMatchingRuleHolds() throws {
    let groups = try ParameterGroups(
      parameters, optimiser: .sgd(SGD(rate: 0.1, weightDecay: 0.01)),
      rules: [.init("conv1.*", rateFactor: 0), .init("*.bias", rateFactor: 2, weightDecay: 0.5)],
      decaysBiases: false)
    let values = groups.values(
      step: 1, scheduleFactor: 0.5, clipping: Clipping(norm: 1, value: 3))
    let each = groups.indices.map { values[$0] }
    #expect(each.map(\.rate) == [0, 0, 0.05, 0.05, 0.1])
    #expect(each.map(\.weightDecay) == [0.01, 0, 0, 0.01, 0.5])
    #expect(each.allSatisfy { $0.clipValue == 3 })
  }

  @Test func aRuleForNothingNamesWhatThereIs() {
    let error = #expect(throws: TrainingError.self) {
      try ParameterGroups(parameters, optimiser: .adam(), rules: [.init("conv7.*")])
    }
    #expect(error?.message.contains("conv7.*") == true)
    #expect(error?.message.contains("fc.bias") == true)
  }

  @Test func tooManyGroupsAreAnError() {
    let many = (0..<17).map { ParameterTraits("l\($0).weight", .hiddenMatrix) }
    #expect(throws: TrainingError.self) {
      try ParameterGroups(
        many, optimiser: .adam(),
        rules: many.indices.map { .init(NamePattern("l\($0).*"), rateFactor: Double($0)) })
    }
  }

  @Test func patterns() {
    let cases: [(NamePattern, String, Bool)] = [
      ("*", "", true), ("", "", true), ("", "a", false), ("a?c", "abc", true), ("a?c", "ac", false),
      ("*.bias", "conv1.bias", true), ("*.bias", "conv1.bias2", false),
      ("conv*.w*", "conv1.weight", true),
      ("*a*b*c*", "xxaxbxbc", true), ("*a*b*c", "xxaxbxb", false), ("**", "x", true),
    ]
    for (pattern, name, matches) in cases {
      #expect(pattern.matches(name) == matches, "\(pattern) \(name)")
    }
    let slow = NamePattern(String(repeating: "*a", count: 40) + "b")
    #expect(!slow.matches(String(repeating: "a", count: 200)))
  }
}
