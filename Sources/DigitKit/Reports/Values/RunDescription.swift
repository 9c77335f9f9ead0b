/// What a run is: written to its folder as `config.json` before it begins, and shown in its report.
public struct RunDescription: Codable, Sendable, Equatable {
  /// The network.
  public struct Network: Codable, Sendable, Equatable {
    /// Its name.
    public var name: String
    /// Numbers that it has learned or will.
    public var parameters: Int
    /// Products for one picture.
    public var multiplyAdds: Int
    /// Its layers.
    public var layers: [NetworkLayer]
  }

  /// A layer, in words.
  public struct NetworkLayer: Codable, Sendable, Equatable {
    /// Its name.
    public var name: String
    /// `Conv2D`
    public var kind: String
    /// What comes out: `24x24x6`.
    public var output: String
    /// Numbers that belong to it.
    public var parameters: Int
  }

  /// The pictures.
  public struct Pictures: Codable, Sendable, Equatable {
    /// The set's name, or where it lies.
    public var name: String
    /// How many are trained on.
    public var training: Int
    /// How many are looked at after each pass; 0: none.
    public var validation: Int
    /// The names of the classes.
    public var classes: [String]

    /// Pictures; classes without names are called by their numbers.
    public init(name: String, training: Int, validation: Int = 0, classes: [String]) {
      self.name = name
      self.training = training
      self.validation = validation
      self.classes = classes
    }
  }

  /// The command that began it, as it can be typed again; `ShellWords.joined` makes one.
  public var command: String
  /// When it began: `2026-11-26 18:59 UTC`.
  public var started: String
  /// Where it ran.
  public var environment: ReportEnvironment
  /// What was trained.
  public var network: Network
  /// On what.
  public var data: Pictures
  /// How.
  public var configuration: TrainingConfiguration
  /// What a tool was asked for, by the names of its flags, so that it can go on with the run; empty where
  /// none was used.
  public var flags: [String: [String]]

  /// A run.
  public init(
    command: String, started: String = ReportClock.now, environment: ReportEnvironment = .current(),
    model: Model, data: Pictures, configuration: TrainingConfiguration,
    flags: [String: [String]] = [:]
  ) {
    self.flags = flags
    self.command = command
    self.started = started
    self.environment = environment
    self.data = data
    self.configuration = configuration
    network = Network(model)
  }
}

extension RunDescription {
  /// Runs of earlier versions have no `flags`.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    command = try values.decode(String.self, forKey: .command)
    started = try values.decode(String.self, forKey: .started)
    environment = try values.decode(ReportEnvironment.self, forKey: .environment)
    network = try values.decode(Network.self, forKey: .network)
    data = try values.decode(Pictures.self, forKey: .data)
    configuration = try values.decode(TrainingConfiguration.self, forKey: .configuration)
    flags = try values.decodeIfPresent([String: [String]].self, forKey: .flags) ?? [:]
  }
}

extension RunDescription.Network {
  /// What is worth telling of a model.
  public init(_ model: Model) {
    let layers = model.layers
    name = model.name
    parameters = layers.reduce(0) { $0 + $1.parameters }
    multiplyAdds = layers.reduce(0) { $0 + $1.multiplyAdds }
    self.layers = layers.map {
      RunDescription.NetworkLayer(
        name: $0.name, kind: $0.kind, output: $0.shape.description, parameters: $0.parameters)
    }
  }
}

extension RunDescription {
  /// The name of its file in a run folder.
  public static let fileName = "config.json"

  /// Writes it into a run's folder.
  public func write(toFolder folder: String) throws {
    try AtomicFile.write(try ReportJSON.text(self) + "\n", to: "\(folder)/\(Self.fileName)")
  }

  /// Reads it from a run's folder.
  public init(folder: String) throws {
    let path = "\(folder)/\(Self.fileName)"
    let file = try OpenFile(path)
    guard file.size <= 1 << 24 else {
      throw FileError(path, .malformed, "it has \(file.size) bytes: too many to describe a run")
    }
    do {
      self = try ReportJSON.value(RunDescription.self, from: file.read(0..<file.size))
    } catch let error as FileError {
      throw error
    } catch {
      throw FileError(
        path, .malformed, "it does not describe a run, or is of another version (\(error))")
    }
  }
}
