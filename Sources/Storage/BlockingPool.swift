internal import CLinux
internal import Glibc

/// Threads of our own for calls that block, so that these never stop Swift's cooperative pool.
///
/// Use it as a task's executor: `withTaskExecutorPreference(BlockingPool.shared) { ... }`. A hop costs tens
/// of microseconds: hand over work by the MiB, not by the read.
public final class BlockingPool: TaskExecutor, Sendable {
  /// The one that everybody uses; it lives as long as the process.
  public static let shared = BlockingPool(threads: max(16, 2 * Processors.usable + 8))

  private let queue: JobQueue

  /// Starts `threads` threads; they end when the pool is gone and its jobs are done.
  public init(threads: Int = 16) {
    queue = JobQueue()
    var started = 0
    for _ in 0..<max(1, threads) where queue.startThread() { started += 1 }
    precondition(started > 0, "the system gives no threads")
  }

  deinit { queue.close() }

  /// Has all threads take memory from two arenas, before the first of them starts: work moves between threads, and what
  /// each frees in an arena of its own stays there, half as much again.
  public static func shareMemory() { strongroom_few_arenas() }

  /// Gives back to the system what was freed: after much work of one kind it lies between what stays, and what comes next
  /// finds no room in it.
  package static func returnMemory() { strongroom_return_memory() }

  /// Takes a job; called by the runtime.
  public func enqueue(_ job: consuming ExecutorJob) {
    queue.append(UnownedJob(job), for: self)
  }
}

/// A queue that threads wait at. The mutex and the condition live on the heap because they must not move.
@safe private final class JobQueue: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let filled = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  // The pool stands beside its job, so that it outlives every job it has taken.
  private var jobs: [(job: UnownedJob, pool: BlockingPool)] = []
  private var next = 0
  private var closed = false

  init() {
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(filled, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(filled)
    unsafe pthread_mutex_destroy(mutex)
    unsafe filled.deallocate()
    unsafe mutex.deallocate()
  }

  func append(_ job: UnownedJob, for pool: BlockingPool) {
    unsafe pthread_mutex_lock(mutex)
    jobs.append((job, pool))
    unsafe pthread_cond_signal(filled)
    unsafe pthread_mutex_unlock(mutex)
  }

  func close() {
    unsafe pthread_mutex_lock(mutex)
    closed = true
    unsafe pthread_cond_broadcast(filled)
    unsafe pthread_mutex_unlock(mutex)
  }

  func startThread() -> Bool {
    var thread = pthread_t()
    let context = unsafe Unmanaged.passRetained(self)
    let failed = unsafe pthread_create(
      &thread, nil,
      { context in
        guard let context = unsafe context else { return nil }
        unsafe Unmanaged<JobQueue>.fromOpaque(context).takeRetainedValue().work()
        return nil
      }, context.toOpaque())
    guard failed == 0 else {
      unsafe context.release()
      return false
    }
    pthread_detach(thread)
    return true
  }

  private func work() {
    while let (job, pool) = take() { unsafe job.runSynchronously(on: pool.asUnownedTaskExecutor()) }
  }

  private func take() -> (job: UnownedJob, pool: BlockingPool)? {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    while next == jobs.count {
      if closed { return nil }
      unsafe pthread_cond_wait(filled, mutex)
    }
    let job = jobs[next]
    next += 1
    if next == jobs.count {
      jobs.removeAll(keepingCapacity: next <= 1024)
      next = 0
    } else if next > 4096 {
      jobs.removeFirst(next)
      next = 0
    }
    return job
  }
}
