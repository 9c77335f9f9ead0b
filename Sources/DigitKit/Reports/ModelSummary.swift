extension Model {
  /// One layer as summaries and drawings have it.
  public struct LayerSummary: Sendable, Equatable {
    /// Its name.
    public var name: String
    /// `Conv2D`
    public var kind: String
    /// The names of the layers it reads.
    public var inputs: [String]
    /// What comes out, per image.
    public var shape: Shape
    /// Numbers that training changes by their gradients; running statistics are not counted.
    public var parameters: Int
    /// Products for one image.
    public var multiplyAdds: Int
    /// Of what comes out and its parameters, as they lie in memory.
    public var bytes: Int
    /// Whether it has parameters and none is trained.
    public var isFrozen: Bool
  }

  /// The layers, in order.
  public var layers: [LayerSummary] {
    let names = Dictionary(records.map { ($0.output, $0.name) }) { $1 }
    return records.map { record in
      let nodes = graph.nodes[record.firstNode...record.output]
      let own = parameters.filter { $0.layer == record.name && $0.kind != .constant }
      let weights = own.filter { $0.kind == .weight }
      return LayerSummary(
        name: record.name, kind: record.layer.map { type(of: $0).kind } ?? "Input",
        inputs: record.inputs.compactMap { names[$0] }, shape: graph.nodes[record.output].shape,
        parameters: weights.reduce(0) { $0 + $1.count },
        multiplyAdds: nodes.reduce(0) { $0 + $1.multiplyAdds },
        bytes: 4 * graph.nodes[record.output].shape.storedCount
          + own.reduce(0) { $0 + $1.layout.bytes },
        isFrozen: !weights.isEmpty && !weights.contains { $0.isTrained })
    }
  }

  /// The network as a table: layer, output shape, parameters, multiply-adds, memory.
  public var summary: String {
    let layers = layers
    var rows = [["layer", "kind", "output", "parameters", "multiply-adds", "memory"]]
    for layer in layers {
      rows.append([
        layer.name, layer.kind, layer.shape.description,
        layer.parameters == 0 ? "" : grouped(layer.parameters) + (layer.isFrozen ? " *" : ""),
        layer.multiplyAdds == 0 ? "" : grouped(layer.multiplyAdds), inUnits(layer.bytes),
      ])
    }
    rows.append([
      "all", "", "", grouped(layers.reduce(0) { $0 + $1.parameters }),
      grouped(layers.reduce(0) { $0 + $1.multiplyAdds }),
      inUnits(layers.reduce(0) { $0 + $1.bytes }),
    ])
    let note = layers.contains(where: \.isFrozen) ? ["* not trained"] : []
    return ([name] + table(rows, rightAligned: [3, 4, 5]) + note).joined(separator: "\n")
  }
}

/// `61,706`
package func grouped(_ number: Int) -> String {
  var digits = String(abs(number))
  var parts: [String] = []
  while digits.count > 3 {
    parts.insert(String(digits.suffix(3)), at: 0)
    digits.removeLast(3)
  }
  return (number < 0 ? "-" : "") + ([digits] + parts).joined(separator: ",")
}

/// `1 image`, `2,000 images`
package func counted(_ count: Int, _ what: String) -> String {
  "\(grouped(count)) \(what)" + (count == 1 ? "" : "s")
}

/// Columns two spaces apart, a line below the first row and above the last `sums` rows.
func table(_ rows: [[String]], rightAligned: Set<Int>, sums: Int = 1) -> [String] {
  let columns = rows.first?.count ?? 0
  let widths = (0..<columns).map { c in rows.map { $0[c].count }.max() ?? 0 }
  var lines = rows.map { row in
    let cells = row.enumerated().map { c, cell in
      let space = String(repeating: " ", count: widths[c] - cell.count)
      return rightAligned.contains(c) ? space + cell : cell + space
    }
    var line = cells.joined(separator: "  ")
    while line.last == " " { line.removeLast() }
    return line
  }
  let rule = String(repeating: "-", count: widths.reduce(0, +) + 2 * max(0, columns - 1))
  if sums > 0, lines.count > sums + 1 { lines.insert(rule, at: lines.count - sums) }
  if lines.count > 1 { lines.insert(rule, at: 1) }
  return lines
}
