import Rules
import Testing

@testable import Vault

/// The day by which an erasure is to be done: a month later, by Regulation 1182/71, Article 3.
struct DueTests {
  @Test(arguments: [
    ("2026-12-15", "2027-01-15"), ("2026-11-28", "2026-12-28"),
    // February has no 31st, and its 28th is a Saturday.
    ("2026-01-31", "2026-03-02"),
    // 2027-05-01 is a Saturday, 2027-05-02 a Sunday.
    ("2027-04-01", "2027-05-03"), ("2027-04-02", "2027-05-03"), ("2027-04-03", "2027-05-03"),
    ("2028-01-30", "2028-02-29"),
  ])
  func aMonthLater(_ from: String, _ to: String) throws {
    #expect(try #require(CivilDay(from)).monthLater.text == to)
  }
}
