internal import FoundationEssentials

/// What a store needs of the world besides the network; tests bring their own.
package struct S3World: Sendable {
  /// Seconds since 1970.
  let now: @Sendable () -> Int64
  /// Lets time go by.
  let wait: @Sendable (Duration) async throws -> Void
  /// Any number.
  let random: @Sendable () -> UInt64

  package init(
    now: @escaping @Sendable () -> Int64, wait: @escaping @Sendable (Duration) async throws -> Void,
    random: @escaping @Sendable () -> UInt64
  ) {
    self.now = now
    self.wait = wait
    self.random = random
  }

  /// The machine's own.
  package static let system = S3World(
    now: { Int64(Date().timeIntervalSince1970) }, wait: { try await Task.sleep(for: $0) },
    random: { .random(in: .min ... .max) })
}
