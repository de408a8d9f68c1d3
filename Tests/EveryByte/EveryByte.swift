// EveryByte proves that no change to what lies in a store gives wrong data: it changes every byte of a small vault and
// of its destination, one at a time, and lets the real modules verify, open, export, restore and mend.
import Glibc

/// Where the many small files of the proof lie: in memory, where there is such a folder.
package enum Ground {
  package static func folder(_ name: String) -> String {
    var status = stat()
    let base = stat("/dev/shm", &status) == 0 ? "/dev/shm" : "/tmp"
    return "\(base)/strongroom-\(name)-\(getpid())"
  }
}
