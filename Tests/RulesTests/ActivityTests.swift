import Testing

@testable import Rules

/// How much somebody enters, by days that they state themselves.
struct ActivityTests {
  private let day: UInt64 = 86_400

  @Test func aDayIsCountedFromItsFirstEntry() {
    var activity = Activity()
    activity.note(3, time: 10 * day + 5)
    activity.note(2, time: 11 * day - 1)
    #expect(activity.entries == 5 && activity.day == 10 && activity.onThatDay == 5)
    activity.note(1, time: 11 * day)
    #expect(activity.entries == 6 && activity.day == 11 && activity.onThatDay == 1)
  }

  @Test func whoOnceStatesADayFarAheadIsCountedOn() {
    var activity = Activity()
    let year9999: UInt64 = 253_370_764_800
    activity.note(1, time: year9999)
    for _ in 0..<20 { activity.note(1_000, time: 10 * day) }
    #expect(activity.day == year9999 / day && activity.onThatDay == 20_001)
  }
}
