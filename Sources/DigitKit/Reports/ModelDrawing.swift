extension Model {
  /// The network as text for Graphviz: `dot -Tpng`.
  public var graphviz: String {
    var lines = [
      "digraph \(JSONValue.quoted(name)) {",
      "  node [shape=box, style=rounded, fontname=\"sans-serif\"];",
    ]
    let layers = layers
    for layer in layers {
      let label = "\(layer.name)\\n\(layer.kind)\\n\(layer.shape)"
      lines.append("  \"\(layer.name)\" [label=\"\(label)\"];")
    }
    for layer in layers {
      for input in layer.inputs { lines.append("  \"\(input)\" -> \"\(layer.name)\";") }
    }
    let names = Dictionary(records.map { ($0.output, $0.name) }) { $1 }
    for head in heads {
      lines.append("  \"\(head.name) \" [label=\"\(head.name)\", shape=ellipse];")
      lines.append("  \"\(names[head.node] ?? "")\" -> \"\(head.name) \";")
    }
    return (lines + ["}", ""]).joined(separator: "\n")
  }

  /// The network as an SVG picture: layers from top to bottom, branches side by side.
  public var svg: String { NetworkDrawing(layers).svg }
}

/// Boxes in rows: a layer lies one row below the lowest of its inputs, and beside others of its row.
private struct NetworkDrawing {
  private let layers: [Model.LayerSummary]
  private var row: [String: Int] = [:]
  private var column: [String: Int] = [:]
  private var rows: [[String]] = []

  private static let box = (width: 190, height: 46)
  private static let gap = (x: 24, y: 26)

  init(_ layers: [Model.LayerSummary]) {
    self.layers = layers
    for layer in layers {
      let y = (layer.inputs.compactMap { row[$0] }.max() ?? -1) + 1
      while rows.count <= y { rows.append([]) }
      row[layer.name] = y
      column[layer.name] = rows[y].count
      rows[y].append(layer.name)
    }
  }

  private var width: Int {
    let most = rows.map(\.count).max() ?? 1
    return most * (Self.box.width + Self.gap.x) + Self.gap.x
  }
  private var height: Int { rows.count * (Self.box.height + Self.gap.y) + Self.gap.y }

  /// The upper left corner of a box; rows are centred.
  private func corner(_ name: String) -> (x: Int, y: Int) {
    let y = row[name] ?? 0
    let inRow = rows[y].count * (Self.box.width + Self.gap.x) - Self.gap.x
    return (
      (width - inRow) / 2 + (column[name] ?? 0) * (Self.box.width + Self.gap.x),
      Self.gap.y + y * (Self.box.height + Self.gap.y)
    )
  }

  var svg: String {
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(width) \(height)\" width=\"\(width)\" height=\"\(height)\" font-family=\"sans-serif\">"
    ]
    for layer in layers {
      for input in layer.inputs { lines.append(line(from: input, to: layer.name)) }
    }
    for layer in layers { lines += box(layer) }
    return (lines + ["</svg>", ""]).joined(separator: "\n")
  }

  /// An S between the two; one that passes over rows keeps to the side, so that it is seen.
  private func line(from: String, to: String) -> String {
    let (a, b) = (corner(from), corner(to))
    let (x1, y1) = (a.x + Self.box.width / 2, a.y + Self.box.height)
    let (x2, y2) = (b.x + Self.box.width / 2, b.y)
    let skips = (row[to] ?? 0) - (row[from] ?? 0) > 1
    let side = skips ? Self.box.width / 2 + Self.gap.x : 0
    let bend = Self.gap.y
    return
      "<path d=\"M\(x1 + side / 2),\(y1) C\(x1 + side),\(y1 + bend) \(x2 + side),\(y2 - bend) \(x2 + side / 2),\(y2)\" fill=\"none\" stroke=\"#888\"/>"
  }

  private func box(_ layer: Model.LayerSummary) -> [String] {
    let (x, y) = corner(layer.name)
    let middle = x + Self.box.width / 2
    let note =
      "\(layer.kind), \(layer.shape)"
      + (layer.parameters > 0 ? ", \(grouped(layer.parameters))" : "")
    return [
      "<rect x=\"\(x)\" y=\"\(y)\" width=\"\(Self.box.width)\" height=\"\(Self.box.height)\" rx=\"6\" fill=\"\(colour(layer))\" stroke=\"#555\"/>",
      "<text x=\"\(middle)\" y=\"\(y + 19)\" text-anchor=\"middle\" font-size=\"13\">\(escaped(layer.name))</text>",
      "<text x=\"\(middle)\" y=\"\(y + 36)\" text-anchor=\"middle\" font-size=\"11\" fill=\"#444\">\(escaped(note))</text>",
    ]
  }

  private func colour(_ layer: Model.LayerSummary) -> String {
    switch layer.kind {
    case "Input": "#e8f0e4"
    case "Conv2D", "Dense": "#dce8f7"
    case "BatchNorm", "LayerNorm": "#f7ecd8"
    default: "#f4f4f4"
    }
  }

  private func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, letter in
      switch letter {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      default: result.append(letter)
      }
    }
  }
}
