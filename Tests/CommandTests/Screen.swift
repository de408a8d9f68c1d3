import Foundation
import Glibc
import Synchronization

/// A terminal at which the program sits: the test sees what it shows, and types.
final class Screen: Sendable {
  /// The terminal's path, for the program.
  let path: String
  private let mine: Int32
  /// Keeps the terminal there while the program doesn't.
  private let its: Mutex<Int32>

  init() throws {
    mine = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    // As unlockpt and ptsname do, which are not there for Swift.
    let (unlock, tellNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
    var no: Int32 = 0
    var number: Int32 = 0
    guard mine >= 0, ioctl(mine, unlock, &no) == 0, ioctl(mine, tellNumber, &number) == 0 else {
      throw Trouble("no terminal can be made")
    }
    path = "/dev/pts/\(number)"
    let other = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
    its = Mutex(other)
    guard other >= 0 else { throw Trouble("\(path) can't be opened") }
  }

  deinit {
    close(mine)
    letGo()
  }

  /// Lets nothing more appear: whoever writes waits. What is typed still arrives.
  func hold() { its.withLock { _ = tcflow($0, TCOOFF) } }

  /// Lets it appear again.
  func release() { its.withLock { _ = tcflow($0, TCOON) } }

  func type(_ text: String) { _ = Glibc.write(mine, text, text.utf8.count) }

  /// Whether what is typed is shown.
  var echoes: Bool {
    var mode = termios()
    return tcgetattr(mine, &mode) == 0 && mode.c_lflag & tcflag_t(ECHO) != 0
  }

  /// What is shown up to and with a text.
  func shown(upTo text: String) async -> String {
    await read { $0.contains(Array(text.utf8)) }
  }

  /// What was shown and not read yet, once the program has ended.
  func rest() async -> String {
    letGo()
    return await read { _ in false }
  }

  /// Answers what is asked until nobody holds the terminal any more, each answer once and in order, and says yes where that
  /// is asked: what was shown, and what of it didn't fit.
  func converse(_ answers: [(to: String, with: String)]) async -> (shown: String, amiss: [String]) {
    await apart { [self] in
      var (bytes, left, amiss): ([UInt8], [(to: String, with: String)], [String]) = ([], answers, [])
      var byte: UInt8 = 0
      while true {
        var coming = pollfd(fd: mine, events: Int16(POLLIN), revents: 0)
        if poll(&coming, 1, 120_000) == 0 {
          // It asks something for which there is no answer.
          amiss.append("nobody answers: " + String(decoding: bytes.suffix(80), as: UTF8.self))
          type("\u{4}")
          continue
        }
        guard Glibc.read(mine, &byte, 1) == 1 else { break }
        bytes.append(byte)
        if let next = left.first, bytes.suffix(next.to.utf8.count).elementsEqual(next.to.utf8) {
          left.removeFirst()
          type(next.with + "\n")
        } else if bytes.suffix(6).elementsEqual("[y/N] ".utf8) {
          type("y\n")
        }
      }
      return (String(decoding: bytes, as: UTF8.self), amiss + left.map { "nobody asks: " + $0.to })
    }
  }

  /// From now on only the program holds it.
  func letGo() {
    its.withLock { descriptor in
      if descriptor >= 0 { close(descriptor) }
      descriptor = -1
    }
  }

  private func read(until isEnough: @escaping @Sendable ([UInt8]) -> Bool) async -> String {
    await apart { [mine] in
      var bytes: [UInt8] = []
      var byte: UInt8 = 0
      while !isEnough(bytes), Glibc.read(mine, &byte, 1) == 1 { bytes.append(byte) }
      return String(decoding: bytes, as: UTF8.self)
    }
  }
}
