/// The way in for data of any form: a name, a file or a folder, told apart by what is in it.
///
///     let data = try DataSource.open("mnist")
///     let own = try DataSource.open("pictures/", options: options)
public enum DataSource {
  /// Reads a set that has a name (see `NamedSet`), or what lies at a path.
  public static func open(
    _ nameOrPath: String, options: LoadingOptions = LoadingOptions()
  ) throws -> DataSet {
    guard let named = NamedSet.named(nameOrPath) else { return try read(nameOrPath, options) }
    // Someone's own folder of this name, where nothing better is found.
    if named.folder() == nil, FileNames.exists(nameOrPath) { return try read(nameOrPath, options) }
    var set = try read(named.found(), options)
    set.name = named.name
    return set
  }

  private static func read(_ path: String, _ options: LoadingOptions) throws -> DataSet {
    let set =
      Folder.isFolder(path)
      ? try DataFolder(path).read(options) : try DataFile(path).read(options)
    guard let preparation = options.preparation, !set.isPrepared else { return set }
    return try set.prepared(preparation)
  }
}
