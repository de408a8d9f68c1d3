internal import Sealing

/// Cuts a bundle's content into frames of about 1 MiB: small records share one, a large record goes over many.
///
/// What isn't in a frame yet can be taken back, so that a record which turns out to be there already, or can't be
/// read to its end, leaves no trace.
final class FrameCutter {
  static let target = 1 << 20

  private let compressor: Compressor
  private let effort: FrameEffort
  private var pending: [UInt8] = []
  private var packed: [UInt8] = []
  private var kind: FrameEffort.Kind?
  private var framed: UInt64 = 0
  private(set) var frames: [Frame] = []

  init(effort: FrameEffort) throws(BoxError) {
    compressor = try Compressor()
    self.effort = effort
    // Memory is touched once, and then used for every frame: a frame at hand and a small record behind it.
    pending.reserveCapacity(2 * Self.target)
  }

  /// Bytes of content so far.
  var position: UInt64 { framed + UInt64(pending.count) }
  /// Bytes of content that are in no frame yet.
  var pendingCount: Int { pending.count }

  func begin() {
    pending.clear()
    frames.removeAll(keepingCapacity: true)
    framed = 0
    kind = nil
  }

  /// Keeps a piece of a small record; nothing is cut before its end.
  func hold(_ bytes: Span<UInt8>, _ kind: FrameEffort.Kind) {
    if pending.isEmpty { self.kind = kind }
    pending.append(bytes)
  }

  /// Lets `source` append to the content at hand, so that nothing is copied, and lends what came.
  func take<R>(
    _ kind: FrameEffort.Kind, from source: (inout [UInt8]) throws -> Void, _ body: (Span<UInt8>) throws -> R
  ) rethrows -> R {
    if pending.isEmpty { self.kind = kind }
    let before = pending.count
    try source(&pending)
    return try pending.withSpan { try body($0.extracting(droppingFirst: before)) }
  }

  /// How much of a large record still goes into the frame at hand; cuts what is full.
  func roomInFrame(to sink: (Span<UInt8>) throws -> Void) throws -> Int {
    while pending.count >= Self.target { try cut(Self.target, to: sink) }
    return Self.target - pending.count
  }

  /// Takes a piece of a large record and cuts what is full, as far as possible straight from the caller's memory.
  func stream(
    _ bytes: Span<UInt8>, _ kind: FrameEffort.Kind, to sink: (Span<UInt8>) throws -> Void
  ) throws {
    while pending.count >= Self.target { try cut(Self.target, to: sink) }
    var rest = bytes
    while pending.count + rest.count >= Self.target {
      let missing = Self.target - pending.count
      if pending.isEmpty {
        self.kind = kind
        try emit(rest.extracting(first: missing), to: sink)
      } else {
        pending.append(rest.extracting(first: missing))
        try cut(Self.target, to: sink)
      }
      rest = rest.extracting(droppingFirst: missing)
    }
    hold(rest, kind)
  }

  /// Ends a record that began at `start`; one that would go over the end of a frame begins a new one instead.
  func settle(
    from start: UInt64, _ kind: FrameEffort.Kind, to sink: (Span<UInt8>) throws -> Void
  ) throws {
    guard pending.count >= Self.target else { return }
    let before = start > framed ? Int(start - framed) : 0
    try cut(before >= Self.target / 2 ? before : pending.count, to: sink)
    self.kind = kind
    if pending.count >= Self.target { try cut(pending.count, to: sink) }
  }

  /// Takes back what came after `position`, as far as it isn't in a frame.
  func takeBack(to position: UInt64) {
    let kept = position > framed ? Int(position - framed) : 0
    guard kept < pending.count else { return }
    pending.removeLast(pending.count - kept)
  }

  /// Cuts the last frame.
  func finish(to sink: (Span<UInt8>) throws -> Void) throws {
    if !pending.isEmpty { try cut(pending.count, to: sink) }
  }

  private func cut(_ count: Int, to sink: (Span<UInt8>) throws -> Void) throws {
    try pending.withSpan { try emit($0.extracting(first: count), to: sink) }
    if count == pending.count { pending.clear() } else { pending.removeFirst(count) }
  }

  private func emit(_ content: Span<UInt8>, to sink: (Span<UInt8>) throws -> Void) throws {
    if let kind {
      try effort.compress(content, kind, with: compressor, into: &packed)
    } else {
      try compressor.compress(content, .level3, into: &packed)
    }
    if packed.count < content.count {
      frames.append(Frame(plain: content.count, stored: packed.count, method: .zstd))
      try packed.withSpan { try sink($0) }
    } else {
      frames.append(Frame(plain: content.count, stored: content.count, method: .plain))
      try sink(content)
    }
    framed += UInt64(content.count)
  }
}
