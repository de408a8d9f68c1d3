internal import CLinux
internal import Glibc
internal import Synchronization

/// The block of one writer that is under way; guarded by the thread's mutex.
final class BlockFlight: @unchecked Sendable {
  fileprivate var isUnderWay = false
  fileprivate var error: SystemError?

  /// Waits until it is written; throws what came of it.
  func landed() throws(SystemError) { try BlockThread.shared.wait(for: self) }
}

/// Memory for blocks: a few pieces that are used again and again, since the first touch of memory costs more than
/// what is done with it.
@safe final class BlockMemory: Sendable {
  static let shared = BlockMemory()

  /// For each worker one that fills and one that is written, and some for those that have just changed files.
  private static let kept = 2 * Processors.usable + 2
  private static let alignment = 2 << 20
  private let free = Mutex<[UInt]>([])

  func take() throws(SystemError) -> UnsafeMutableRawPointer {
    let known = free.withLock { $0.popLast() }
    if let known, let pointer = unsafe UnsafeMutableRawPointer(bitPattern: known) { return unsafe pointer }
    var fresh: UnsafeMutableRawPointer?
    let failed = unsafe posix_memalign(&fresh, Self.alignment, BlockWriter.blockSize)
    guard failed == 0, let fresh = unsafe fresh else { throw SystemError(number: failed) }
    // Huge pages: the kernel then has two of them to look at for a block, not a thousand.
    _ = unsafe madvise(fresh, BlockWriter.blockSize, MADV_HUGEPAGE)
    return unsafe fresh
  }

  func giveBack(_ memory: UnsafeMutableRawPointer) {
    let isKept = free.withLock { free in
      guard free.count < Self.kept else { return false }
      free.append(UInt(bitPattern: memory))
      return true
    }
    if !isKept { unsafe Glibc.free(memory) }
  }
}

/// The one thread that writes blocks, for all files.
@safe final class BlockThread: @unchecked Sendable {
  static let shared = BlockThread()

  @safe private struct Job {
    let memory: UnsafeMutableRawPointer
    let descriptor: Int32
    let offset: UInt64
    let flight: BlockFlight
  }

  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let filled = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let landed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var jobs: [Job] = []
  private var isRunning = false

  private init() {
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(filled, nil)
    unsafe pthread_cond_init(landed, nil)
    isRunning = start()
  }

  /// Takes a full block, which goes back to the pool once it is written.
  func write(
    _ memory: UnsafeMutableRawPointer, to descriptor: Int32, at offset: UInt64, _ flight: BlockFlight
  ) {
    let job = unsafe Job(memory: memory, descriptor: descriptor, offset: offset, flight: flight)
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    flight.isUnderWay = true
    guard isRunning else {
      // No thread is to be had: the caller's own does it.
      end(job, Self.run(job))
      return
    }
    jobs.append(job)
    unsafe pthread_cond_signal(filled)
  }

  fileprivate func wait(for flight: BlockFlight) throws(SystemError) {
    unsafe pthread_mutex_lock(mutex)
    while flight.isUnderWay { unsafe pthread_cond_wait(landed, mutex) }
    let error = flight.error
    unsafe pthread_mutex_unlock(mutex)
    if let error { throw error }
  }

  private func start() -> Bool {
    var thread = pthread_t()
    let context = unsafe Unmanaged.passUnretained(self)
    let failed = unsafe pthread_create(
      &thread, nil,
      { context in
        guard let context = unsafe context else { return nil }
        unsafe Unmanaged<BlockThread>.fromOpaque(context).takeUnretainedValue().work()
        return nil
      }, context.toOpaque())
    guard failed == 0 else { return false }
    pthread_detach(thread)
    return true
  }

  private func work() {
    unsafe pthread_mutex_lock(mutex)
    while true {
      while jobs.isEmpty { unsafe pthread_cond_wait(filled, mutex) }
      let job = jobs.removeFirst()
      unsafe pthread_mutex_unlock(mutex)
      let error = Self.run(job)
      unsafe pthread_mutex_lock(mutex)
      end(job, error)
    }
  }

  private func end(_ job: Job, _ error: SystemError?) {
    unsafe BlockMemory.shared.giveBack(job.memory)
    if job.flight.error == nil { job.flight.error = error }
    job.flight.isUnderWay = false
    unsafe pthread_cond_broadcast(landed)
  }

  private static func run(_ job: Job) -> SystemError? {
    do throws(SystemError) {
      unsafe try write(job.memory, BlockWriter.blockSize, to: job.descriptor, at: job.offset)
      return nil
    } catch { return error }
  }

  static func write(
    _ memory: UnsafeMutableRawPointer, _ count: Int, to descriptor: Int32, at offset: UInt64
  ) throws(SystemError) {
    var done = 0
    while done < count {
      let wrote = unsafe pwrite(descriptor, memory + done, count - done, off_t(offset) + off_t(done))
      if wrote > 0 {
        done += wrote
      } else if wrote == 0 {
        throw SystemError(number: EIO)
      } else if errno == EINVAL, usesNoCache(descriptor) {
        // A file system that takes the flag and not the write, or goes on at an odd place.
        useCache(descriptor)
      } else if errno != EINTR {
        throw .last()
      }
    }
    guard !usesNoCache(descriptor) else { return }
    // The block before this one is on its way to the disk since it was written; its pages can go.
    _ = strongroom_write_out(descriptor, Int(offset), Int(count), 0)
    let before = offset >= UInt64(BlockWriter.blockSize) ? offset - UInt64(BlockWriter.blockSize) : 0
    guard before < offset else { return }
    let waited = strongroom_write_out(descriptor, Int(before), Int(offset - before), 1)
    // Waiting takes a failed write's error off the descriptor, and fsync would no longer tell it.
    if waited != 0, ![ENOSYS, EINVAL, ESPIPE, EOPNOTSUPP].contains(errno) { throw .last() }
    _ = posix_fadvise(descriptor, off_t(before), off_t(offset - before), POSIX_FADV_DONTNEED)
  }

  /// From here on writes go past the page cache, where the file system can.
  static func passCache(_ descriptor: Int32) { setFlag(descriptor, on: true) }

  /// From here on writes go through the page cache.
  static func useCache(_ descriptor: Int32) { setFlag(descriptor, on: false) }

  private static func usesNoCache(_ descriptor: Int32) -> Bool {
    strongroom_is_direct(descriptor) == 1
  }

  private static func setFlag(_ descriptor: Int32, on: Bool) {
    _ = strongroom_set_direct(descriptor, on ? 1 : 0)
  }
}
