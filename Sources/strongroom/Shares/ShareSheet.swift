import Sealing

/// One recovery share as a sheet: a text that the program reads again, and a page to be printed. Both say the same in English
/// and in Chinese, since whoever opens the envelope may not be who put it there.
struct ShareSheet {
  let share: RecoveryShare
  /// How many there are.
  let count: Int
  let vault: Identifier
  let identity: Identifier
  let made: UInt64

  private static let columns = 3
  /// Room for a word, and for its number with a dot and a blank.
  private static let wordWidth = 8
  private static let numberWidth = 4

  /// What the sheet's files are called, without their ends.
  var name: String { "share-\(share.member + 1)-of-\(count)" }

  /// The file that is read again: nothing of it looks like a number with a dot but the words' own.
  var text: Secret {
    var text = SecretText()
    text.add(
      """
      STRONGROOM RECOVERY SHARE \(share.member + 1) OF \(count)
      恢复份额：第 \(share.member + 1) 份，共 \(count) 份

      Any \(share.threshold) of the \(count) shares open the vault. Fewer tell nothing.
      任意 \(share.threshold) 份即可打开保险库；不足 \(share.threshold) 份则得不到任何信息。

      vault 保险库        \(Self.groups(vault))
      fingerprint 指纹    \(Self.groups(identity))
      set 套名            \(share.setName)
      made 制作时间       \(Output.moment(made))


      """)
    for (index, word) in share.words.enumerated() {
      let isLast = index % Self.columns == Self.columns - 1
      text.add("\(index + 1).".padded(Self.numberWidth - 1, right: true) + " ")
      if isLast { text.add(word) } else { text.add(word, padded: Self.wordWidth + 4) }
      if isLast { text.add("\n") }
    }
    if share.words.count % Self.columns != 0 { text.add("\n") }
    text.add("\n")
    for (english, chinese) in advice { text.add("- \(english)\n  \(chinese)\n") }
    return text.whole
  }

  /// The page to be printed, without anything from elsewhere.
  var page: Secret {
    var page = SecretText()
    page.add(Self.head(title: "Strongroom: share \(share.member + 1) of \(count)"))
    page.add(
      """
      <header>
      <p class="kind">Strongroom recovery share <span lang="zh">恢复份额</span></p>
      <h1>Share \(share.member + 1) of \(count) <span lang="zh">第 \(share.member + 1) 份，共 \(count) 份</span></h1>
      <p class="rule">Any \(share.threshold) of the \(count) shares open the vault. Fewer tell nothing.<br>
      <span lang="zh">任意 \(share.threshold) 份即可打开保险库；不足 \(share.threshold) 份则得不到任何信息。</span></p>
      </header>
      <table class="facts">

      """)
    for (name, chinese, value) in [
      ("Vault", "保险库", Self.groups(vault)), ("Fingerprint", "指纹", Self.groups(identity)),
      ("Set", "套名", share.setName), ("Made", "制作时间", Output.moment(made)),
    ] {
      page.add("<tr><th>\(name) <span lang=\"zh\">\(chinese)</span></th><td>\(value)</td></tr>\n")
    }
    page.add("</table>\n<ol class=\"words\">\n")
    for word in share.words {
      page.add("<li>")
      page.add(word)
      page.add("</li>\n")
    }
    page.add("</ol>\n<ul class=\"advice\">\n")
    for (english, chinese) in advice {
      page.add("<li>\(english)<br><span lang=\"zh\">\(chinese)</span></li>\n")
    }
    page.add("</ul>\n</body>\n</html>\n")
    return page.whole
  }

  /// What to do with it, in both languages.
  private var advice: [(english: String, chinese: String)] {
    [
      (
        "Keep this sheet alone, in an envelope that shows whether it was opened. Never keep two shares in one place, or with one person.",
        "请单独保管本页，放入能看出是否被拆封的信封。切勿将两份放在一处或交给同一人。"
      ),
      (
        "Don't photograph, scan, copy or send it. Of what is on it, tell others no more than its number and its set.",
        "请勿拍照、扫描、复印或发送。对外只可说出份号和套名。"
      ),
      (
        "To open the vault, bring \(share.threshold) shares to one trusted machine: any command takes --shares FILE..., and --shares - asks for the words.",
        "打开保险库：把 \(share.threshold) 份带到同一台可信的机器上；任何命令都接受 --shares FILE...，而 --shares - 会逐份询问单词。"
      ),
      (
        "To check them without the vault: strongroom shares combine. Once a year, with the vault: strongroom shares test.",
        "不用保险库核对：strongroom shares combine。每年一次，在保险库旁演练：strongroom shares test。"
      ),
      (
        "If it is lost, or somebody may have read it, tell a custodian the same day: the set is revoked by its fingerprint, and a new one is made.",
        "如遗失，或可能已被他人看到，请当天告知保管人：按指纹撤销整套，另做一套新的。"
      ),
    ]
  }

  /// An id in groups of four digits, as a card shows it.
  private static func groups(_ id: Identifier) -> String {
    stride(from: 0, to: 32, by: 4).map { String(id.hex.dropFirst($0).prefix(4)) }.joined(separator: " ")
  }
}
