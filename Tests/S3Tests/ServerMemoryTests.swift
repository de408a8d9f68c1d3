import TestKit
import Testing

@testable import S3

/// What was found out about a server holds for a while, and for that server.
@Suite struct ServerMemoryTests {
  @Test func itEnds() {
    let scratch = Scratch()
    let quick = Quick()
    let memory = ServerMemory(in: scratch.at("memory"), now: quick.world.now)
    #expect(memory.isProved("a:443/b", by: "Ceph 16") == nil)
    memory.note("a:443/b", by: "Ceph 16", isProved: true)
    memory.note("a:443/c", by: nil, isProved: false)
    #expect(memory.isProved("a:443/b", by: "Ceph 16") == true)
    #expect(memory.isProved("a:443/c", by: nil) == false)
    // Another server, or an update.
    #expect(memory.isProved("a:443/b", by: "Ceph 17") == nil && memory.isProved("a:443/b", by: nil) == nil)
    quick.now += ServerMemory.longest
    #expect(memory.isProved("a:443/b", by: "Ceph 16") == true)
    quick.now += 1
    #expect(memory.isProved("a:443/b", by: "Ceph 16") == nil && memory.isProved("a:443/c", by: nil) == nil)
    // A clock that was turned back proves nothing.
    quick.now -= 40 * 86_400
    #expect(memory.isProved("a:443/b", by: "Ceph 16") == nil)
    memory.note("a:443/b", by: "Ceph 16", isProved: false)
    #expect(memory.isProved("a:443/b", by: "Ceph 16") == false)
  }

  /// As it was written before.
  @Test func olderLinesCountForNothing() {
    let scratch = Scratch()
    Files.write("proved a:443/b\n", to: scratch.at("servers"))
    #expect(ServerMemory(in: scratch.path).isProved("a:443/b", by: nil) == nil)
  }
}
