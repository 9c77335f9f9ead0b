extension Model {
  /// What the optimiser needs to know of the parameters that are trained.
  var parameterTraits: [ParameterTraits] {
    let hidden = graph.hiddenMatrices
    let norms = Set(graph.nodes.filter { $0.operation.isNorm }.flatMap(\.parameters))
    return graph.parameters.indices.compactMap { index in
      let info = graph.parameters[index]
      guard info.kind == .weight, info.isTrained else { return nil }
      let role: ParameterTraits.Role =
        norms.contains(index)
        ? .norm
        : info.layout.isVector ? .bias : hidden.contains(index) ? .hiddenMatrix : .outerMatrix
      return ParameterTraits(info.name, role)
    }
  }

  /// Whether training gathers running statistics.
  var hasStatistics: Bool { parameters.contains { $0.kind == .statistic } }

  /// The model with what rules of rate 0 name not trained at all, which saves its gradients.
  func freezing(by rules: [ParameterRule]) -> Model {
    freezing { name in rules.first { $0.pattern.matches(name) }?.rateFactor == 0 }
  }
}

extension Operation {
  fileprivate var isNorm: Bool {
    self is BatchNormalisation || self is LayerNormalisation
  }
}

extension TrainingConfiguration {
  /// What the plan of a run must be able to do.
  func options(_ groups: ParameterGroups) -> TrainingOptions {
    TrainingOptions(
      rule: optimiser.rule, clipsByNorm: clipping.norm != nil, fusesUpdates: !separatesUpdates,
      keepsAverage: average != nil, groups: groups.byName, augmentation: augmentation)
  }
}
