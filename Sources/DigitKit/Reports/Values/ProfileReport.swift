/// Where the time of networks goes on this machine, as `ProfileReport.measure` finds it.
public struct ProfileReport: Codable, Sendable, Equatable {
  /// A network and what became of its time.
  public struct Network: Codable, Sendable, Equatable {
    /// As it was named.
    public var name: String
    /// How many numbers it has.
    public var parameters: Int
    /// One for each task.
    public var profiles: [PlanProfile]
  }

  /// Where it was measured.
  public var environment: ReportEnvironment
  /// Of which pictures.
  public var data: String
  /// How training pictures were changed; nil: not at all.
  public var augmentation: String?
  /// Of one measurement in one round.
  public var seconds: Double
  /// How often each was measured, all taking turns.
  public var rounds: Int
  /// What was measured.
  public var networks: [Network]
}
