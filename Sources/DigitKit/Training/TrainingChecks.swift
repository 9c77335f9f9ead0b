/// What only the network and the data can tell to be wrong with a configuration.
extension TrainingConfiguration {
  /// Rules and penalties must meet a parameter each: a slip in a name would otherwise pass unseen.
  func checkNames(of model: Model) throws(TrainingError) {
    let names = model.parameters.filter { $0.kind == .weight }.map(\.name)
    for pattern in rules.map(\.pattern) + penalties.map(\.pattern) {
      guard names.contains(where: pattern.matches) else {
        throw TrainingError(
          "no parameter of \(model.name) matches \"\(pattern)\"\(nearest(pattern.text, in: names))")
      }
    }
    for penalty in penalties {
      try TrainingError.expect(
        penalty.strength.isFinite && penalty.strength >= 0,
        "the strength of a penalty must be 0 or more, not \(penalty.strength)")
    }
  }

  /// Whoever watches an accuracy needs one.
  func checkGoals(of model: Model, validates: Bool) throws(TrainingError) {
    let watched = [plateau?.goal, earlyStopping?.goal].compactMap { $0 }
    guard watched.contains(.higher) || budget.accuracy != nil else { return }
    try TrainingError.expect(
      validates, "an accuracy can only be watched with validation pictures: set some aside")
    try TrainingError.expect(
      model.hasClasses, "\(model.name) has no head with classes, so there is no accuracy to watch")
  }

  /// Which way the best validation is the better one.
  func goal(for model: Model, validates: Bool) -> Goal {
    earlyStopping?.goal ?? (validates && model.hasClasses ? .higher : .lower)
  }
}

extension Model {
  /// Whether some head's answers can be counted as right or wrong.
  var hasClasses: Bool {
    heads.contains { if case .crossEntropy = $0.loss { true } else { false } }
  }
}
