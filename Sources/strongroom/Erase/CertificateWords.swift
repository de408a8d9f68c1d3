import Vault

/// The words of a certificate's page in one language.
struct CertificateWords: Sendable {
  let tag: String
  let kind: String
  let complete: String
  let pending: String
  let customer: String
  let erasedOn: String
  let dueBy: String
  let basis: String
  let by: String
  let askedBy: String
  let entry: String
  let compared: String
  let nobodyElse: String
  let removed: String
  let generation: String
  let rows: String
  let methodLabel: String
  let method: String
  let vault: String
  let classesTitle: String
  let className: String
  let keys: String
  let bundles: String
  let size: String
  let withheldTitle: String
  let byLaw: String
  let recipientsTitle: String
  let how: [String: String]
  let placesTitle: String
  let confirmed: String
  let forgotten: String
  let isPending: String
  let note: String
  fileprivate let until: @Sendable (UInt64) -> String
  let notRead: @Sendable (Int) -> String

  func byLawUntil(_ year: UInt64) -> String { until(year) }

  func state(_ state: ErasureCertificate.Place.State, entry: UInt64) -> String {
    switch state {
    case .confirmed: "\(confirmed) (\(self.entry) \(entry))"
    case .forgotten: "\(forgotten) (\(self.entry) \(entry))"
    case .pending: isPending
    }
  }

  static let all = [english, chinese]

  static let english = CertificateWords(
    tag: "en", kind: "Certificate of erasure",
    complete: "Erased at every place", pending: "Erased from the vault; pending at some places",
    customer: "Customer", erasedOn: "Erased on", dueBy: "Due by", basis: "Basis", by: "Erased by",
    askedBy: "Asked for by", entry: "entry", compared: "Compared by another custodian",
    nobodyElse: "there was no other",
    removed: "Older keys removed from the vault", generation: "Keyring generation without the keys",
    rows: "Rows dropped", methodLabel: "Method",
    method:
      "Cryptographic erasure: the customer's keys of 32 bytes are gone, without which AES-256-GCM opens nothing",
    vault: "Vault", classesTitle: "What can't be read any more", className: "Class", keys: "Keys",
    bundles: "Bundles", size: "Size", withheldTitle: "What stays", byLaw: "kept by law",
    recipientsTitle: "Who was given these records before",
    how: ["export": "exported", "transfer": "transferred", "": "not known how"],
    placesTitle: "Where it was kept", confirmed: "erased, and confirmed",
    forgotten: "given up, not confirmed",
    isPending: "pending",
    note:
      "Every statement follows from entries of the vault's ledger, which this document is named in. Whoever has the document, its proof and the vault's id can check that it is genuine.",
    until: { "kept by law until the end of \($0)" },
    notRead: {
      "What is in \($0 == 1 ? "1 box that" : "\($0) boxes that") couldn't be read when this was written isn't counted."
    })

  static let chinese = CertificateWords(
    tag: "zh", kind: "删除证明", complete: "所有存放处均已删除", pending: "保险库中已删除；部分存放处待确认",
    customer: "客户", erasedOn: "删除时间", dueBy: "应于此日前完成", basis: "依据", by: "删除人", askedBy: "申请人",
    entry: "条目", compared: "另一保管人已核对", nobodyElse: "当时无其他保管人", removed: "旧密钥已从保险库移除",
    generation: "不含这些密钥的密钥环代次",
    rows: "移除的行数", methodLabel: "方法",
    method: "加密删除：客户的 32 字节密钥已不存在，没有它 AES-256-GCM 密文无法打开", vault: "保险库",
    classesTitle: "已无法读取的内容", className: "类别", keys: "密钥", bundles: "数据包", size: "大小",
    withheldTitle: "依法保留的内容", byLaw: "依法保留", recipientsTitle: "此前曾接收这些记录者",
    how: ["export": "导出", "transfer": "移交", "": "方式不明"], placesTitle: "存放处", confirmed: "已删除并确认",
    forgotten: "已放弃，未确认", isPending: "待确认",
    note: "以上各项均出自保险库账本的条目，账本亦记载本文件。持有本文件、其证明及保险库编号者，均可查验其真伪。",
    until: { "依法保留至 \($0) 年底" },
    notRead: { "有 \($0) 个数据箱在出具本文件时无法读取，其中的内容未计入。" })
}
