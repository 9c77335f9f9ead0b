/// A file of comma-separated values, its first line understood: pictures as numbers (`label,pixel0,...`),
/// or names of picture files with their labels (`file,label`).
struct CSVTable {
  let reader: CSVReader
  /// The names of the columns, or numbers from 1 where the first line is data already.
  let columns: [String]
  /// Whether the first record, now in the reader, is data.
  let beginsWithData: Bool

  static let labelNames = ["label", "labels", "class", "digit", "target", "y"]
  static let fileNames = ["file", "filename", "file_name", "path", "image", "name"]

  init(_ input: ByteInput) throws(FileError) {
    let reader = try CSVReader(input)
    guard try reader.next() else {
      throw FileError(
        input.path, .malformed, "it is empty, but should begin with label,pixel0,... or file,label")
    }
    let places = reader.fields.indices
    beginsWithData = places.allSatisfy { reader.number($0) != nil }
    let isData = beginsWithData
    columns = places.map { isData ? String($0 + 1) : reader.text($0) }
    self.reader = reader
  }

  /// The column of one of these names.
  func column(_ names: [String]) -> Int? {
    columns.firstIndex { column in
      names.contains(column.lowercased().filter { !$0.isWhitespace })
    }
  }

  /// Whether rows name files.
  var namesFiles: Bool { !beginsWithData && column(CSVTable.fileNames) != nil }

  /// The column of the labels: by name, or the first where columns have none.
  func labelColumn() throws(FileError) -> Int {
    if beginsWithData { return 0 }
    if let column = column(CSVTable.labelNames) { return column }
    let shown = columns.prefix(4).joined(separator: ", ") + (columns.count > 4 ? ", ..." : "")
    throw FileError(
      reader.path, .malformed,
      "line 1 has no column named label, but: \(shown); a set to learn from needs one")
  }

  /// Hands the records to `body`, which may leave one out by throwing where `skipsBad` says so.
  func forEachRow(
    skipsBad: Bool, skipped: inout Skipped, _ body: (CSVReader) throws(FileError) -> Void
  ) throws(FileError) {
    var isThere = beginsWithData
    if !isThere { isThere = try reader.next() }
    while isThere {
      do throws(FileError) {
        guard reader.fields.count == columns.count else {
          throw reader.damaged(
            "\(reader.fields.count) columns, but line 1 has \(columns.count)", "complete it")
        }
        try body(reader)
      } catch {
        guard skipsBad else { throw error }
        skipped.add(error)
      }
      isThere = try reader.next()
    }
  }
}
