import Testing

@testable import strongroom

/// What progress says at moments of the test's own.
@Suite struct ProgressTests {
  private let start = ContinuousClock.now

  @Test func aLineSaysHowFarHowFastAndHowLong() {
    let progress = Progress("sealing", of: "record", as: .line, began: start)
    #expect(
      progress.text("sealing", done: 10 << 20, total: 100 << 20, items: 3, at: start + .seconds(10))
        == "sealing: 10.0 MiB of 100.0 MiB, 3 records, 1.00 MiB/s, 90 s left")
  }

  @Test func whatIsUnknownIsNotSaid() {
    let progress = Progress("sealing", of: "record", as: .line, began: start)
    #expect(
      progress.text("looking for files", done: 0, total: 0, items: 0, at: start)
        == "looking for files: 0 B")
    #expect(
      progress.text("sealing", done: 5 << 20, total: 0, items: 1, at: start + .milliseconds(50))
        == "sealing: 5.00 MiB, 1 record")
  }

  @Test func theRateIsThatOfTheStage() {
    let progress = Progress("sealing", of: "record", as: .line, began: start)
    _ = progress.text("looking", done: 1 << 30, total: 0, items: 0, at: start + .seconds(1))
    #expect(
      progress.text("sealing", done: 2 << 30, total: 4 << 30, items: 0, at: start + .seconds(100))
        == "sealing: 2.00 GiB of 4.00 GiB")
    #expect(
      progress.text("sealing", done: 3 << 30, total: 4 << 30, items: 0, at: start + .seconds(164))
        == "sealing: 3.00 GiB of 4.00 GiB, 16.0 MiB/s, 64 s left")
    #expect(
      progress.text("sealing", done: 4 << 30, total: 4 << 30, items: 0, at: start + .seconds(228))
        == "sealing: 4.00 GiB of 4.00 GiB, 16.0 MiB/s")
  }

  @Test func aLineChangesTenTimesASecondAndAtEachStage() {
    let progress = Progress("one", of: "record", as: .line, began: start)
    func isTold(_ stage: String, after milliseconds: Int) -> Bool {
      progress.text(stage, done: 1, total: 2, items: 0, at: start + .milliseconds(milliseconds)) != nil
    }
    #expect(isTold("one", after: 0))
    #expect(!isTold("one", after: 99))
    #expect(isTold("one", after: 100))
    #expect(isTold("two", after: 101))
    #expect(!isTold("two", after: 200))
    #expect(isTold("two", after: 201))
  }

  @Test func anEventIsToldOnceASecondAndNotWithinTheFirst() {
    let progress = Progress("one", of: "record", as: .events, began: start)
    func isTold(_ stage: String, after milliseconds: Int) -> Bool {
      progress.text(stage, done: 1, total: 2, items: 0, at: start + .milliseconds(milliseconds)) != nil
    }
    #expect(!isTold("one", after: 0))
    #expect(!isTold("one", after: 999))
    #expect(isTold("one", after: 1000))
    #expect(!isTold("one", after: 1999))
    #expect(isTold("one", after: 2000))
    // What is over within a second needs no telling: a stage of its own neither.
    #expect(!isTold("two", after: 2500))
    #expect(!isTold("two", after: 3499))
    #expect(isTold("two", after: 3500))
  }

  @Test func anEventIsOneObject() {
    let progress = Progress("sealing", of: "record", as: .events, began: start)
    #expect(
      progress.text("sealing", done: 1000, total: 4000, items: 2, at: start + .seconds(2))
        == #"{"bytes":1000,"event":"progress","items":2,"rate":500,"seconds_left":6,"stage":"sealing","total":4000}"#
    )
    #expect(
      progress.text("sealing", done: 2000, total: 0, items: 2, at: start + .seconds(4))
        == #"{"bytes":2000,"event":"progress","items":2,"rate":500,"stage":"sealing"}"#)
  }

  @Test func whoIsQuietSaysNothing() {
    let progress = Progress("sealing", of: "record", as: .none, began: start)
    #expect(progress.text("sealing", done: 1, total: 2, items: 0, at: start + .seconds(100)) == nil)
  }

  @Test(arguments: [
    (["--quiet"], true, Progress.Form.none), (["--quiet", "--json"], true, .none),
    (["--json"], true, .events),
    (["--json"], false, .events), ([], true, .line), ([], false, .none),
  ])
  func howItIsTold(arguments: [String], onTerminal: Bool, form: Progress.Form) throws {
    #expect(Progress.Form(try OutputOptions.parse(arguments), onTerminal: onTerminal) == form)
  }
}
