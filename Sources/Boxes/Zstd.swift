internal import CZstd

/// How hard a frame is compressed, from the quickest to the best.
public enum Effort: Int, CaseIterable, Comparable, Sendable {
  /// Level 1 with a table of matches that stays in the processor's nearest memory: quicker, and on records that look
  /// like each other even smaller.
  case quick
  /// zstd's levels.
  case level1, level2, level3

  /// By how hard it is.
  public static func < (one: Effort, other: Effort) -> Bool { one.rawValue < other.rawValue }

  var level: Int32 { Int32(max(1, rawValue)) }
  /// 0: zstd's own choice.
  var hashLog: Int32 { self == .quick ? 12 : 0 }
}

/// Compresses whole frames that state their content size (RFC 8878). Keeps its context; one task at a time.
@safe final class Compressor {
  private let context: OpaquePointer
  private var current: Effort?

  init() throws(BoxError) {
    guard let context = unsafe ZSTD_createCCtx() else { throw BoxError(.zstd, "no memory for zstd") }
    unsafe self.context = context
  }

  deinit { unsafe ZSTD_freeCCtx(context) }

  /// Replaces `packed`, which keeps its memory, by the frame.
  func compress(_ plain: Span<UInt8>, _ effort: Effort, into packed: inout [UInt8]) throws(BoxError) {
    packed.clear()
    set(effort)
    var failed = false
    packed.append(addingCapacity: ZSTD_compressBound(plain.count)) { (out) in
      unsafe out.withUnsafeMutableBufferPointer { (target, count) in
        unsafe plain.withUnsafeBufferPointer { (source) in
          let size = unsafe ZSTD_compress2(
            context, target.baseAddress, target.count, source.baseAddress, source.count)
          if ZSTD_isError(size) == 0 { count = size } else { failed = true }
        }
      }
    }
    guard !failed else { throw BoxError(.zstd, "zstd could not compress") }
  }

  /// Parameters stay with the context until they are set again.
  private func set(_ effort: Effort) {
    guard effort != current else { return }
    let level = unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, effort.level)
    let table = unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_hashLog, effort.hashLog)
    precondition(ZSTD_isError(level) == 0 && ZSTD_isError(table) == 0, "zstd knows these parameters")
    current = effort
  }
}

/// Decompresses single frames in one step, straight into memory of the stated size: zstd then keeps no window of
/// its own, whatever the frame asks for.
@safe final class Decompressor {
  private let context: OpaquePointer

  init() throws(BoxError) {
    guard let context = unsafe ZSTD_createDCtx() else { throw BoxError(.zstd, "no memory for zstd") }
    unsafe self.context = context
  }

  deinit { unsafe ZSTD_freeDCtx(context) }

  /// The content size that the frame states. Refuses what isn't exactly one zstd frame (no older format, none to
  /// be skipped, nothing behind it) without a dictionary.
  static func contentSize(_ packed: Span<UInt8>) throws(BoxError) -> UInt64 {
    let magic: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd]
    guard packed.count > 4, magic.indices.allSatisfy({ packed[$0] == magic[$0] }) else {
      throw BoxError(.frame, "not a zstd frame")
    }
    let (content, whole, dictionary) = unsafe packed.withUnsafeBufferPointer { (source) in
      unsafe (
        ZSTD_getFrameContentSize(source.baseAddress, source.count),
        ZSTD_findFrameCompressedSize(source.baseAddress, source.count),
        ZSTD_getDictID_fromFrame(source.baseAddress, source.count)
      )
    }
    // The two values above any size say "unknown" and "error".
    guard content < UInt64.max - 1, whole == packed.count, dictionary == 0 else {
      throw BoxError(.frame, "not one zstd frame that states its content size")
    }
    return content
  }

  /// Appends exactly `size` bytes to `plain`, or refuses.
  func decompress(_ packed: Span<UInt8>, size: Int, into plain: inout [UInt8]) throws(BoxError) {
    guard try Self.contentSize(packed) == UInt64(size) else {
      throw BoxError(.frame, "a zstd frame states another content size")
    }
    var done = false
    plain.append(addingCapacity: size) { (out) in
      unsafe out.withUnsafeMutableBufferPointer { (target, count) in
        unsafe packed.withUnsafeBufferPointer { (source) in
          let got = unsafe ZSTD_decompressDCtx(
            context, target.baseAddress, size, source.baseAddress, source.count)
          guard ZSTD_isError(got) == 0, got == size else { return }
          count = size
          done = true
        }
      }
    }
    guard done else { throw BoxError(.frame, "a zstd frame can't be decompressed") }
  }
}
