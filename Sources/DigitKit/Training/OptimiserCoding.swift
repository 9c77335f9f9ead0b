extension Optimiser {
  /// In a file it is one key with its values: `{"adam": {"rate": 0.001, ...}}`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    guard let key = container.allKeys.first, container.allKeys.count == 1 else {
      let names = Key.allCases.map(\.rawValue).joined(separator: ", ")
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "an optimiser is one of \(names)"))
    }
    switch key {
    case .sgd: self = .sgd(try container.decode(SGD.self, forKey: key))
    case .adam: self = .adam(try container.decode(Adam.self, forKey: key))
    case .adagrad: self = .adagrad(try container.decode(Adagrad.self, forKey: key))
    case .rmsprop: self = .rmsprop(try container.decode(RMSprop.self, forKey: key))
    case .muon: self = .muon(try container.decode(Muon.self, forKey: key))
    }
  }

  /// In a file it is one key with its values: `{"adam": {"rate": 0.001, ...}}`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    switch self {
    case .sgd(let values): try container.encode(values, forKey: .sgd)
    case .adam(let values): try container.encode(values, forKey: .adam)
    case .adagrad(let values): try container.encode(values, forKey: .adagrad)
    case .rmsprop(let values): try container.encode(values, forKey: .rmsprop)
    case .muon(let values): try container.encode(values, forKey: .muon)
    }
  }

  private enum Key: String, CodingKey, CaseIterable { case sgd, adam, adagrad, rmsprop, muon }
}
