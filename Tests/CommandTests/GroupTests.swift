import Glibc
import TestKit
import Testing

/// Places in which several accounts work.
@Suite struct GroupTests {
  @Test("Vault, destination and copy are made for a group, and stay its own")
  func places() async throws {
    let desk = Desk()
    #expect(try await desk.run("identity", "new", "me").code == 0)
    let none = try await desk.run("init", "vault", "--group", "no-such-group")
    #expect(none.code == 1 && none.said.contains("there is no group 'no-such-group'"), "\(none.said)")
    #expect(!desk.has("vault"))
    desk.write("a letter", to: "archive/basic/C1/letter.txt")
    let group = String(getgid())
    let story: [[String]] = [
      ["init", "vault", "--group", group], ["seal", "archive"], ["keys", "rotate", "--class", "basic"],
      ["snapshot", "take", "copy", "--new", "--group", group],
      ["restore", "copy", "again", "--group", group],
    ]
    for arguments in story {
      let ran = try await desk.run(arguments)
      #expect(ran.code == 0, "\(arguments): \(ran.said)")
    }
    for place in ["vault", "copy", "again"] {
      #expect(Files.mode(desk.at(place)) == 0o2770, "\(place)")
      for file in desk.files(place) {
        let mode = Files.mode(desk.at("\(place)/\(file)"))
        #expect(mode == 0o2770 || mode == 0o660, "\(place)/\(file): \(String(mode, radix: 8))")
      }
    }
    // What is there already isn't given to anybody.
    let late = try await desk.run("snapshot", "take", "copy", "--group", group)
    #expect(late.code == 64 && late.said.contains("--group is for a --new destination"), "\(late.said)")
    desk.write("mine", to: "full/letter.txt")
    let full = try await desk.run("restore", "copy", "full", "--group", group)
    #expect(full.code != 0 && Files.mode(desk.at("full")) != 0o2770, "\(full.said)")
  }

  @Test(
    "Folders are the group's from the beginning, whatever the umask, and where a service may set no bit for it"
  )
  func whateverTheUmask() async throws {
    let desk = try await Desk.withVault()
    let group = String(getgid())
    for arguments in [
      ["init", "shared", "--group", group],
      ["snapshot", "take", "copy", "--new", "--group", group, "--vault", "shared"],
    ] {
      let ran = try await desk.run(arguments)
      #expect(ran.code == 0, "\(arguments): \(ran.said)")
    }
    let service = try await desk.oddDisk("service")
    for (number, umask) in ["000", "077", "777"].enumerated() {
      desk.write("letter \(number)", to: "archive/basic/C\(number)/letter.txt")
      let line = """
        umask \(umask); export LD_PRELOAD='\(service["LD_PRELOAD"] ?? "")' ODD_DISK=service STRONGROOM_VAULT=shared
        "$0" seal archive && "$0" snapshot take copy
        """
      let ran = try await desk.shell(line)
      #expect(ran.code == 0, "\(umask): \(ran.said)")
    }
    for place in ["shared", "copy"] {
      for file in desk.files(place) {
        let mode = Files.mode(desk.at("\(place)/\(file)"))
        #expect(mode == 0o2770 || mode == 0o660, "\(place)/\(file): \(String(mode, radix: 8))")
      }
    }
  }

  @Test("A refusal makes no folder for the group either")
  func refused() async throws {
    let desk = try await Desk.withRecords()
    let group = String(getgid())
    for arguments in [
      ["snapshot", "take", "copy/within", "--new", "--group", group],
      ["restore", "copy", "copy/within", "--group", group],
      ["snapshot", "take", "s3://bucket", "--new", "--group", group],
    ] {
      let ran = try await desk.run(arguments)
      #expect(ran.code != 0, "\(arguments)")
      #expect(!desk.has("copy/within") && !desk.has("s3:"), "\(arguments): \(ran.said)")
    }
  }
}
