/// What is written of a model beside its numbers while it is trained.
public struct ModelNotes: Sendable, Equatable {
  /// The names of its classes, as many as the first head has numbers; or none.
  public var classes: [String]
  /// What it is trained on, as `mnist, 55000 of 60000 pictures`; nil: so many pictures.
  public var data: String?
  /// Under which terms it may be used.
  public var licence: String?
  /// Where it comes from: who made it, from whose data.
  public var origin: String?

  /// Notes; without any, nothing is told.
  public init(
    classes: [String] = [], data: String? = nil, licence: String? = nil, origin: String? = nil
  ) {
    self.classes = classes
    self.data = data
    self.licence = licence
    self.origin = origin
  }
}
