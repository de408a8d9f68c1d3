import Foundation
import Glibc
import Synchronization

/// A web server on this machine that notes what it is asked, and answers each request with the next of its statuses, the
/// last one for ever.
final class LittleServer: Sendable {
  let port: UInt16
  private let listener: Int32
  private let seen = Mutex<[String]>([])
  private let statuses: Mutex<[Int]>

  /// What came, each as it was sent.
  var requests: [String] { seen.withLock { $0 } }

  init(answering statuses: [Int] = [200]) throws {
    self.statuses = Mutex(statuses)
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    self.listener = listener
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 8) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    guard bound else { throw CocoaError(.fileReadUnknown) }
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread { [self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        serve(connection)
        close(connection)
      }
    }
  }

  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  private func serve(_ connection: Int32) {
    var request: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while !isWhole(request) {
      let count = read(connection, &buffer, buffer.count)
      guard count > 0 else { break }
      request += buffer.prefix(count)
    }
    seen.withLock { $0.append(String(decoding: request, as: UTF8.self)) }
    let status = statuses.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
    let answer = Array("HTTP/1.1 \(status) S\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8)
    _ = write(connection, answer, answer.count)
  }

  private func isWhole(_ request: [UInt8]) -> Bool {
    let text = String(decoding: request, as: UTF8.self)
    guard let end = text.range(of: "\r\n\r\n") else { return false }
    let length = text.firstMatch(of: /(?i)content-length: ([0-9]+)/).flatMap { Int($0.1) } ?? 0
    return text[end.upperBound...].utf8.count >= length
  }
}
