internal import CLinux
internal import Glibc

/// Keeping what is secret out of what outlives its use.
public enum Wiping {
  /// Overwrites bytes that held a secret.
  public static func wipe(_ bytes: inout [UInt8]) {
    unsafe bytes.withUnsafeMutableBytes { unsafe strongroom_wipe($0.baseAddress, $0.count) }
  }

  /// Says that this process may leave no core image, which would hold keys, and that nobody but root may look into it.
  ///
  /// The limit alone isn't enough: it says nothing to a kernel that pipes images to a program. Nor does a crash print
  /// registers and the memory behind them, as Swift's runtime does if it is let.
  public static func forbidLooking() {
    var limit = rlimit(rlim_cur: 0, rlim_max: 0)
    unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    strongroom_forbid_looking()
    for crash in [SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP] { signal(crash, SIG_DFL) }
  }
}
