internal import NIOHTTP1
public import Storage

extension S3Store {
  private static let rounds = 4
  private static let racers = 16

  /// Finds out whether the server's put-if-absent can be relied on: in some races of sixteen puts each exactly one wins, and
  /// what is there isn't overwritten. It leaves nothing, and needs the permissions of a writer who erases.
  ///
  /// A server may pass that has it and loses once in a thousand; one that hasn't it doesn't.
  public func provePutIfAbsent() async throws(StorageError) -> Bool {
    for _ in 0..<Self.rounds {
      let name = Self.spoolName + "/proof-" + newMark()
      let holds: Bool
      do { holds = try await race(name) } catch {
        try? await eraseProof(name)
        throw error
      }
      try await eraseProof(name)
      guard holds else { return false }
    }
    return true
  }

  private func race(_ name: String) async throws(StorageError) -> Bool {
    var winners: [Int] = []
    do {
      winners = try await withThrowingTaskGroup(of: Int?.self) { group in
        for racer in 0..<Self.racers {
          group.addTask { try await self.putProof(name, racer) == .created ? racer : nil }
        }
        var winners: [Int] = []
        for try await winner in group { if let winner { winners.append(winner) } }
        return winners
      }
    } catch {
      throw error as? StorageError ?? StorageError(.lost, "prove", location, reason: "it was given up")
    }
    guard winners.count == 1, let winner = winners.first, try await hasProof(name, of: winner) else {
      return false
    }
    // Of what is there for a while, too.
    guard try await putProof(name, Self.racers) == .exists else { return false }
    return try await hasProof(name, of: winner)
  }

  private static func proof(_ racer: Int) -> [UInt8] { [UInt8](repeating: UInt8(racer), count: 1000 + racer) }

  private func putProof(_ name: String, _ racer: Int) async throws(StorageError) -> PutOutcome {
    let mark = newMark()
    var call = Call(.put, .PUT, key: address.key(name), "prove", name)
    call.headers = [Field("if-none-match", "*"), Field(Self.mark, mark)]
    call.body = CallBody(Self.proof(racer))
    call.isRacing = true
    call.expected = [412]
    let sent = try await wire.send(call)
    if sent.answer.isSuccess { return .created }
    guard sent.isDoubtful else { return .exists }
    return try await proofHead(name)?[Self.mark] == mark ? .created : .exists
  }

  /// Whether the winner's object is there, with its mark, by which a put is known whose answer was lost.
  private func hasProof(_ name: String, of winner: Int) async throws(StorageError) -> Bool {
    guard try await proofHead(name)?[Self.mark] != nil else { return false }
    let call = Call(.get, .GET, key: address.key(name), "prove", name)
    return try await wire.send(call, limit: 1 << 12).answer.body == Self.proof(winner)
  }

  private func proofHead(_ name: String) async throws(StorageError) -> Head? {
    var call = Call(.head, .HEAD, key: address.key(name), "prove", name)
    call.expected = [404]
    let head = try await wire.send(call, limit: 0).answer.head
    return head.status == 404 ? nil : head
  }

  /// Every version of it, where there are versions.
  func eraseProof(_ name: String) async throws(StorageError) {
    let key = address.key(name)
    guard try await versioning() != .never else {
      _ = try await wire.send(Call(.erase, .DELETE, key: key, "erase", name))
      return
    }
    for version in try await versions(of: key) {
      var call = Call(.erase, .DELETE, key: key, "erase", name)
      call.query = [Field("versionId", version)]
      call.expected = [404]
      _ = try await wire.send(call)
    }
  }
}
