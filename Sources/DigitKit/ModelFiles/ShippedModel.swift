import CModels

/// A trained model that comes with DigitKit, within the program. docs/models.md tells how each was made and what it
/// reads how well.
///
///     let reader = try DigitReader(ShippedModel.usual.load())
public struct ShippedModel: Sendable {
  /// `digitnet`
  public let name: String
  private let place: Int

  /// All of them.
  public static let all: [ShippedModel] = (0...).lazy
    .map { place in cmodels_at(place).map { ShippedModel(String(cString: $0.pointee.name), place) }
    }
    .prefix { $0 != nil }
    .compactMap { $0 }

  /// The one to use where none is named: `digitnet`.
  public static let usual = all[0]

  /// The model of a name, if one of it is shipped.
  public static func named(_ name: String) -> ShippedModel? { all.first { $0.name == name } }

  private init(_ name: String, _ place: Int) {
    self.name = name
    self.place = place
  }

  /// Its safetensors file.
  public var bytes: [UInt8] { Array(constantBytes.all) }

  /// The model, ready to read pictures or to go on from.
  public func load() throws -> ModelFile {
    try ModelFile(Safetensors(constantBytes, name: name))
  }

  private var constantBytes: Safetensors.ConstantBytes {
    let model = cmodels_at(place)?.pointee
    return Safetensors.ConstantBytes(
      all: UnsafeRawBufferPointer(start: model?.bytes, count: model?.size ?? 0))
  }
}
