import Testing

@testable import Storage

@Suite struct ProcessorsTests {
  @Test(
    "A quota pays for whole processors and parts of one",
    arguments: [
      ("200000 100000\n", 2), ("150000 100000\n", 2), ("50000 100000\n", 1), ("1 100000\n", 1),
      ("1600000 100000\n", 16),
    ])
  func quota(_ text: String, _ processors: Int) {
    #expect(Processors.Quota.processors(max: text) == processors)
  }

  @Test(
    "What sets no limit sets none",
    arguments: ["max 100000\n", "", "100000", "x y", "0 100000", "100000 0", "-1 100000"])
  func noQuota(_ text: String) {
    #expect(Processors.Quota.processors(max: text) == nil)
  }

  @Test func versionOneStatesThemApart() {
    #expect(Processors.Quota.processors(quota: "250000\n", period: "100000\n") == 3)
    #expect(Processors.Quota.processors(quota: "-1\n", period: "100000\n") == nil)
  }

  @Test("Groups of both versions are asked, and all above them")
  func files() {
    let groups = "5:cpu,cpuacct:/jobs/one\n4:memory:/jobs\n0::/slice/unit\n"
    let one = "/sys/fs/cgroup/cpu"
    #expect(
      Processors.Quota.files(of: groups) == [
        .apart(quota: "\(one)/jobs/one/cpu.cfs_quota_us", period: "\(one)/jobs/one/cpu.cfs_period_us"),
        .apart(quota: "\(one)/jobs/cpu.cfs_quota_us", period: "\(one)/jobs/cpu.cfs_period_us"),
        .apart(quota: "\(one)/cpu.cfs_quota_us", period: "\(one)/cpu.cfs_period_us"),
        .together("/sys/fs/cgroup/slice/unit/cpu.max"), .together("/sys/fs/cgroup/slice/cpu.max"),
        .together("/sys/fs/cgroup/cpu.max"),
      ])
  }

  @Test("A path that leads out of the groups' folder leads nowhere")
  func outside() {
    #expect(Processors.Quota.files(of: "0::/../../etc\n").first == .together("/sys/fs/cgroup/etc/cpu.max"))
  }

  @Test func thereIsOneAtLeast() { #expect(Processors.usable >= 1) }
}
