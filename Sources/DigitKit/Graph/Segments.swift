/// Operations between two meetings of all threads.
struct Segment: Equatable {
  var first: Int
  var count: Int
  var kind: SegmentKind
  var stage: Stage
}

/// Cuts the list into segments: where the stage or the kind changes, and where an operation needs
/// what others of the segment wrote for all images or channels. Nowhere else do threads meet.
func segments(of ops: [(stage: Stage, op: DraftOp)]) -> [Segment] {
  var segments: [Segment] = []
  var traffic = Traffic()
  for (i, entry) in ops.enumerated() {
    let last = segments.last
    let begins =
      last.map {
        $0.stage != entry.stage || $0.kind != entry.op.kind || traffic.conflicts(with: entry.op)
      } ?? true
    if begins {
      segments.append(Segment(first: i, count: 1, kind: entry.op.kind, stage: entry.stage))
      traffic = Traffic()
    } else {
      segments[segments.count - 1].count += 1
    }
    traffic.add(entry.op)
  }
  return segments
}

/// What the operations of a segment read and write.
private struct Traffic {
  private var read: Set<BufferID> = []
  private var written: Set<BufferID> = []
  private var ranges: [(space: Space, range: Range<Int>, isWritten: Bool)] = []
  private var laneSums: Set<BufferID> = []

  mutating func add(_ op: DraftOp) {
    for (operand, use) in zip(op.operands, op.uses) where use.verb != .scratch {
      let writes = use.verb != .reads
      switch operand {
      case .none: break
      case .buffer(let id):
        if op.kind == .tiles {
          if use.verb == .adds { laneSums.insert(id) }
        } else if writes {
          written.insert(id)
        } else {
          read.insert(id)
        }
      case .place(let space, let offset):
        if op.kind == .parts {
          ranges.append((space, offset..<offset + use.bytes, writes))
        }
      }
    }
  }

  /// In a segment of parts threads are at different operations at a time; in one of tiles each
  /// image goes through by itself, and only sums over images must be waited for.
  func conflicts(with op: DraftOp) -> Bool {
    for (operand, use) in zip(op.operands, op.uses) where use.verb != .scratch {
      let writes = use.verb != .reads
      switch operand {
      case .none: break
      case .buffer(let id):
        if op.kind == .tiles {
          if !writes && laneSums.contains(id) { return true }
        } else if written.contains(id) || (writes && read.contains(id)) {
          return true
        }
      case .place(let space, let offset):
        guard op.kind == .parts, space != .array else { break }
        let range = offset..<offset + use.bytes
        if ranges.contains(where: {
          $0.space == space && ($0.isWritten || writes) && $0.range.overlaps(range)
        }) {
          return true
        }
      }
    }
    return false
  }
}
