/// Places for buffers. What lives within one segment of tiles lies in the tile, which stays in a
/// core's cache; what crosses a meeting is kept for the whole batch. Buffers that are not needed at
/// the same time share a place.
struct MemoryPlan {
  private(set) var buffers: [Buffer]
  private(set) var tileBytes = 0
  private(set) var batchBytes = 0
  private(set) var laneBytes = 0
  private(set) var sharedBytes = 0
  private let batch: Int
  private let tile: Int

  init(_ draft: Draft, ops: [(stage: Stage, op: DraftOp)], segments: [Segment]) {
    buffers = draft.buffers
    batch = draft.options.batch
    tile = draft.options.tile
    findLives(ops, segments)
    widenLives(segments)
    tileBytes = placeByLifetime(.tile)
    batchBytes = placeByLifetime(.batch)
    laneBytes = placeApart(.lane)
    sharedBytes = placeApart(.shared)
  }

  /// Where an operand lies.
  func place(_ operand: Operand) -> (space: Space, offset: Int) {
    switch operand {
    case .none: (.nowhere, 0)
    case .buffer(let id): (buffers[id].space, buffers[id].offset)
    case .place(let space, let offset): (space, offset)
    }
  }

  /// The first and last operation of each buffer, and whether it crosses a meeting.
  private mutating func findLives(_ ops: [(stage: Stage, op: DraftOp)], _ segments: [Segment]) {
    for segment in segments {
      for i in segment.first..<segment.first + segment.count {
        for case .buffer(let id) in ops[i].op.operands {
          let first = buffers[id].firstOp
          let elsewhere = first >= 0 && first < segment.first
          if buffers[id].space == .tile, !buffers[id].isScratch,
            segment.kind == .parts || elsewhere
          {
            buffers[id].space = .batch
          }
          if first < 0 { buffers[id].firstOp = i }
          buffers[id].lastOp = i
        }
      }
    }
  }

  /// In the batch, threads are at different operations of a segment: a buffer lives for whole ones.
  private mutating func widenLives(_ segments: [Segment]) {
    for id in buffers.indices where buffers[id].space == .batch {
      for segment in segments {
        let ops = segment.first..<segment.first + segment.count
        if ops.contains(buffers[id].firstOp) { buffers[id].firstOp = ops.lowerBound }
        if ops.contains(buffers[id].lastOp) { buffers[id].lastOp = ops.upperBound - 1 }
      }
    }
  }

  private func size(_ buffer: Buffer) -> Int {
    let images =
      buffer.isScratch ? 1 : buffer.space == .batch ? batch : buffer.space == .tile ? tile : 1
    return roundedUp(buffer.bytes * images, to: 64)
  }

  /// Each in the lowest gap between those that live at the same time; in the order of first use.
  private mutating func placeByLifetime(_ space: Space) -> Int {
    let order = buffers.indices.filter { buffers[$0].space == space && buffers[$0].firstOp >= 0 }
      .sorted { (buffers[$0].firstOp, $0) < (buffers[$1].firstOp, $1) }
    var alive: [BufferID] = []  // in the order of offsets
    var most = 0
    for id in order {
      alive.removeAll { buffers[$0].lastOp < buffers[id].firstOp }
      let bytes = size(buffers[id])
      var offset = 0
      var place = alive.count
      for (i, other) in alive.enumerated() {
        if offset + bytes <= buffers[other].offset {
          place = i
          break
        }
        offset = max(offset, buffers[other].offset + size(buffers[other]))
      }
      buffers[id].offset = offset
      alive.insert(id, at: place)
      most = max(most, offset + bytes)
    }
    return most
  }

  /// One behind the other: what must stay.
  private mutating func placeApart(_ space: Space) -> Int {
    var offset = 0
    for id in buffers.indices where buffers[id].space == space && buffers[id].firstOp >= 0 {
      buffers[id].offset = offset
      offset += size(buffers[id])
    }
    return offset
  }
}
