import Glibc

/// Ctrl-C and SIGTERM end the process between two system calls; nothing needs to be tidied up, since a place
/// is only ever added to by finished objects and an interrupted run's spool is swept by the next one.
enum Interruption {
  static func install() {
    // A closed pipe ends the output, not the process in the middle of a commit.
    signal(SIGPIPE, SIG_IGN)
    var limit = rlimit(rlim_cur: 0, rlim_max: 0)
    unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
  }
}
