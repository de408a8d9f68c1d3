internal import Sealing

/// A piece of a bundle's content as it lies in the body (Format.md, 3.3).
package struct Frame: Hashable, Sendable {
  /// How it is stored.
  package enum Method: UInt32, Sendable, Hashable {
    /// As it is.
    case plain = 0
    /// One zstd frame.
    case zstd = 1
  }

  /// Bytes of content; 1 to 4 MiB.
  package let plain: Int
  /// Bytes in the body.
  package let stored: Int
  /// How it is stored.
  package let method: Method
}

/// A bundle's frames, and where each lies in content and body.
package struct FrameMap: Hashable, Sendable {
  /// The frames in order.
  package let frames: [Frame]
  /// Bytes of content in all.
  package let contentSize: UInt64
  /// Bytes of the body's plaintext.
  package let bodySize: UInt64
  private let contentStarts: [UInt64]
  private let bodyStarts: [UInt64]

  /// Refuses frames that are too many, too large or don't fit their method.
  init(_ frames: [Frame]) throws(BoxError) {
    guard frames.count <= BoxLimits.frames else {
      throw BoxError(.table, "\(frames.count) frames in one bundle")
    }
    var (content, body): (UInt64, UInt64) = (0, 0)
    var (contentStarts, bodyStarts): ([UInt64], [UInt64]) = ([], [])
    contentStarts.reserveCapacity(frames.count)
    bodyStarts.reserveCapacity(frames.count)
    for (number, frame) in frames.enumerated() {
      guard frame.plain >= 1, frame.plain <= BoxLimits.frame else {
        throw BoxError(.table, "frame \(number) has \(frame.plain) bytes of content")
      }
      let fits =
        switch frame.method {
        case .plain: frame.stored == frame.plain
        case .zstd: frame.stored >= 1 && frame.stored < frame.plain
        }
      guard fits else { throw BoxError(.table, "frame \(number) can't take \(frame.stored) bytes") }
      contentStarts.append(content)
      bodyStarts.append(body)
      content += UInt64(frame.plain)
      body += UInt64(frame.stored)
    }
    guard content <= BoxLimits.content else {
      throw BoxError(.table, "\(content) bytes of content in one bundle")
    }
    (self.frames, contentSize, bodySize) = (frames, content, body)
    (self.contentStarts, self.bodyStarts) = (contentStarts, bodyStarts)
  }

  /// Where a frame's content lies in the bundle's content.
  func content(of frame: Int) -> Range<UInt64> {
    contentStarts[frame]..<(contentStarts[frame] + UInt64(frames[frame].plain))
  }

  /// Where a frame lies in the body's plaintext.
  func body(of frame: Int) -> Range<UInt64> {
    bodyStarts[frame]..<(bodyStarts[frame] + UInt64(frames[frame].stored))
  }

  /// The frames that hold a range of content, which lies within the content.
  func frames(holding range: Range<UInt64>) -> Range<Int> {
    guard !range.isEmpty else { return 0..<0 }
    return frame(at: range.lowerBound)..<(frame(at: range.upperBound - 1) + 1)
  }

  private func frame(at offset: UInt64) -> Int {
    contentStarts.indices.partitioningIndex { contentStarts[$0] > offset } - 1
  }
}
