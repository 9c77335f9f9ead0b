/// A network as a JSON file: what it reads, its layers with the names of their inputs, its heads. A layer
/// without `inputs` reads the one before it; values that are the usual ones are left out.
///
///     {"format": "digitkit-network", "version": 1, "name": "small", "layers": [
///       {"type": "Input", "name": "input", "height": 28, "width": 28},
///       {"type": "Flatten", "name": "flatten1"},
///       {"type": "Dense", "name": "dense1", "units": 10}],
///      "heads": [{"name": "output", "input": "dense1", "loss": "cross_entropy"}]}
extension Model {
  /// The network as JSON text.
  public func architecture() throws -> String {
    var lines = ["{", #"  "format": "digitkit-network","#, #"  "version": 1,"#]
    lines.append(#"  "name": "# + JSONValue.quoted(name) + ",")
    lines.append(#"  "layers": ["#)
    let names = Dictionary(records.map { ($0.output, $0.name) }) { $1 }
    var layers: [String] = []
    for (i, record) in records.enumerated() {
      var fields = try record.fields()
      let before = i > 0 ? [records[i - 1].output] : []
      if record.layer != nil, record.inputs != before {
        fields.entries.append(
          ("inputs", .array(record.inputs.map { .string(names[$0] ?? "") })))
      }
      layers.append("    " + fields.text)
    }
    lines.append(layers.joined(separator: ",\n"))
    lines.append("  ],")
    lines.append(#"  "heads": ["#)
    lines.append(
      heads.map { "    " + $0.fields(input: names[$0.node] ?? "").text }.joined(separator: ",\n"))
    lines += ["  ]", "}", ""]
    return lines.joined(separator: "\n")
  }

  /// A network from JSON text. Whatever is wrong is one line that names the layer.
  public init(architecture text: String) throws {
    let file: JSONValue
    do {
      file = try JSONScanner.value(ofAll: text)
    } catch {
      throw GraphError("no network: the file is not JSON: \(error.reason)")
    }
    var top = LayerFields(file, layer: "the file")
    guard try top.string("format") == "digitkit-network", try top.int("version") == 1 else {
      throw GraphError(
        #"no network: the file needs "format": "digitkit-network" and "version": 1"#)
    }
    let name = try top.string("name") ?? "model"
    let layers = try top.objects("layers")
    let heads = try top.objects("heads")
    try top.finish()
    try self.init(name: name) { network in
      var reader = ArchitectureReader(network: network)
      for layer in layers { try reader.add(layer) }
      for head in heads { try reader.addHead(head) }
    }
  }
}

/// Builds a network from the entries of a file.
private struct ArchitectureReader {
  let network: Network
  private var values: [String: Value] = [:]
  private var last: Value?

  init(network: Network) { self.network = network }

  mutating func add(_ entry: JSONValue) throws {
    var fields = LayerFields(entry, layer: "?")
    let kind = try fields.string("type") ?? ""
    fields.layer = fields.peek("name") ?? kind
    let value: Value
    if kind == "Input" {
      value = try network.input(Input(&fields))
    } else {
      guard let type = StoredLayers.all.first(where: { $0.kind == kind }) else {
        let known = ["Input"] + StoredLayers.all.map { $0.kind }
        throw GraphError(
          "layer \"\(fields.layer)\": there is no type \"\(kind)\"\(nearest(kind, in: known))")
      }
      let inputs = try inputs(&fields)
      let layer = try type.init(&fields)
      value = try network.add(layer, to: inputs)
    }
    try fields.finish()
    if let name = network.records.last?.name { values[name] = value }
    last = value
  }

  private func inputs(_ fields: inout LayerFields) throws -> [Value] {
    guard let names = try fields.strings("inputs") else {
      guard let last else {
        throw GraphError("layer \"\(fields.layer)\": nothing is before it; begin with an Input")
      }
      return [last]
    }
    return try names.map { try value($0, for: fields.layer) }
  }

  private func value(_ name: String, for layer: String) throws -> Value {
    guard let value = values[name] else {
      throw GraphError(
        "layer \"\(layer)\": there is no layer \"\(name)\" before it\(nearest(name, in: values.keys.sorted()))"
      )
    }
    return value
  }

  mutating func addHead(_ entry: JSONValue) throws {
    var fields = LayerFields(entry, layer: "head")
    let name = try fields.string("name") ?? "output"
    fields.layer = name
    let input = try fields.string("input")
    let target = try fields.string("target")
    let weight = try fields.float("weight", or: 1)
    let loss = try Loss(&fields)
    try fields.finish()
    guard let value = try input.map({ try value($0, for: name) }) ?? last else {
      throw GraphError("head \"\(name)\": there is no layer")
    }
    try network.head(value, loss: loss, name: name, target: target, weight: weight)
  }
}

extension LayerRecord {
  fileprivate func fields() throws -> LayerFields {
    if let input { return input.fields }
    guard let layer = layer as? any StoredLayer else {
      throw GraphError("layer \"\(name)\": its type cannot be written to a file")
    }
    var fields = LayerFields()
    fields.entries = [("type", .string(type(of: layer).kind)), ("name", .string(name))]
    fields.entries += layer.fields.entries
    return fields
  }
}
