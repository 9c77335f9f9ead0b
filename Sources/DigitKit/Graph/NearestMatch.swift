/// `; did you mean "conv1"?`, or what there is where nothing comes near.
func nearest(_ name: String, in known: [String]) -> String {
  if let best = closest(name, in: known) { return "; did you mean \"\(best)\"?" }
  if known.isEmpty { return "" }
  let shown = known.prefix(20).joined(separator: ", ")
  return "; there are \(shown)\(known.count > 20 ? ", ..." : "")"
}

/// The known name that `name` was probably meant to be; nil where nothing comes near.
package func closest(_ name: String, in known: [String]) -> String? {
  let ranked = known.map { (name: $0, distance: editDistance(name.lowercased(), $0.lowercased())) }
    .sorted { $0.distance < $1.distance }
  guard let best = ranked.first, best.distance <= max(2, name.count / 2) else { return nil }
  return best.name
}

/// Letters to insert, delete or replace to come from one to the other.
func editDistance(_ a: String, _ b: String) -> Int {
  let b = Array(b)
  var row = Array(0...b.count)
  for (i, letter) in a.enumerated() {
    var corner = row[0]
    row[0] = i + 1
    for j in b.indices {
      let next = letter == b[j] ? corner : min(corner, row[j], row[j + 1]) + 1
      corner = row[j + 1]
      row[j + 1] = next
    }
  }
  return row[b.count]
}
