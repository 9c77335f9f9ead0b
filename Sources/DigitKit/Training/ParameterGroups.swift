/// What the graph tells of a parameter, for choosing how it is updated.
public struct ParameterTraits: Sendable, Equatable {
  /// What a parameter is.
  public enum Role: Sendable, Equatable {
    /// Weights of a convolution or dense layer between the first and the last.
    case hiddenMatrix
    /// Weights of the first or the last layer.
    case outerMatrix
    /// A bias.
    case bias
    /// Scale or shift of a normalisation.
    case norm
  }

  /// Its full name: `conv1.weight`.
  public var name: String
  /// What it is.
  public var role: Role

  /// A parameter.
  public init(_ name: String, _ role: Role) {
    self.name = name
    self.role = role
  }
}

/// An exception for some parameters: the first rule whose pattern matches a name holds.
public struct ParameterRule: Sendable, Equatable, Codable {
  /// Which parameters: `conv1.*`, `*.bias`.
  public var pattern: NamePattern
  /// Times the optimiser's rate; 0 freezes.
  public var rateFactor: Double
  /// Instead of the optimiser's decay.
  public var weightDecay: Double?

  /// A rule.
  public init(_ pattern: NamePattern, rateFactor: Double = 1, weightDecay: Double? = nil) {
    self.pattern = pattern
    self.rateFactor = rateFactor
    self.weightDecay = weightDecay
  }
}

/// Parameters sorted into the groups that share update values: at most as many as a `ck_step` has.
public struct ParameterGroups: Sendable, Equatable {
  /// What the parameters of a group have in common.
  public struct Group: Sendable, Equatable {
    /// Their optimiser; never Muon's rest, but the AdamW that it stands for.
    public var optimiser: Optimiser
    /// Times the optimiser's rate.
    public var rateFactor: Double
    /// Their decay.
    public var weightDecay: Double
  }

  /// `CK_GROUPS`
  public static let most = 16

  /// The groups, in the order in which the parameters first need them.
  public private(set) var groups: [Group] = []
  /// The group of each parameter, in the order given.
  public private(set) var indices: [Int] = []
  /// The group of each parameter, by its name.
  public private(set) var byName: [String: Int] = [:]

  /// Sorts parameters. With `decaysBiases` off, biases and norms have no decay unless a rule says so.
  public init(
    _ parameters: [ParameterTraits], optimiser: Optimiser, rules: [ParameterRule] = [],
    decaysBiases: Bool = true
  ) throws(TrainingError) {
    for rule in rules where !parameters.contains(where: { rule.pattern.matches($0.name) }) {
      throw TrainingError(
        "no parameter matches \"\(rule.pattern)\"; there are "
          + parameters.map(\.name).joined(separator: ", "))
    }
    for parameter in parameters {
      let rule = rules.first { $0.pattern.matches(parameter.name) }
      let own = parameter.role == .hiddenMatrix ? optimiser : optimiser.rest ?? optimiser
      let isMatrix = parameter.role == .hiddenMatrix || parameter.role == .outerMatrix
      let decay = isMatrix || decaysBiases ? own.weightDecay : 0
      let group = Group(
        optimiser: own, rateFactor: rule?.rateFactor ?? 1, weightDecay: rule?.weightDecay ?? decay)
      let index = groups.firstIndex(of: group) ?? groups.count
      if index == groups.count { groups.append(group) }
      indices.append(index)
      byName[parameter.name] = index
    }
    try TrainingError.expect(
      groups.count <= ParameterGroups.most,
      "the rules make \(groups.count) groups of parameters, but there can be "
        + "\(ParameterGroups.most): give more parameters the same rate and decay")
  }

  /// The values of all groups for update number `step`, counted from 1.
  public func values(
    step: Int, scheduleFactor: Double = 1, momentum: Double? = nil, clipping: Clipping = .none
  ) -> [UpdateValues] {
    groups.map { group in
      var values = group.optimiser.values(
        step: step, rateFactor: scheduleFactor * group.rateFactor,
        weightDecay: group.weightDecay, momentum: momentum)
      values.clipValue = Float(clipping.value ?? 0)
      return values
    }
  }
}
