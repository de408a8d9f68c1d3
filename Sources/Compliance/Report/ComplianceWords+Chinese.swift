internal import Drill

extension ComplianceWords {
  /// Chinese, simplified.
  public static let chinese = ComplianceWords(
    tag: "zh", numbers: .chinese, kind: "合规报告", period: { "\($0) 至 \($1)" },
    asOf: { "发生的事项为上述期间；现状截至 \($0)，账本规模 \($1)。" }, stillOpen: "上述期间尚未结束。",
    sentence: { proved, notProved, nothing in
      "\(proved + notProved + nothing) 项控制要求中，\(proved) 项由账本证明；\(notProved) 项未证明，以红色标出"
        + (nothing > 0 ? "；\(nothing) 项无需证明。" : "。")
    },
    verdicts: [.proved: "已证明", .notProved: "未证明", .nothing: "无需证明"], summary: "逐项控制要求",
    factsTitle: "账本所载事实", controlColumns: ("控制要求", "依据", "结论"),
    controls: [
      .dora11: ("DORA 第 11 条", "响应与恢复"), .dora12: ("DORA 第 12 条", "备份、还原与恢复"),
      .dora25: ("DORA 第 25 条，RTS (EU) 2024/1774 第 25 条", "连续性计划测试"),
      .nis2Backup: ("NIS2，CIR (EU) 2024/2690 附件 4.2", "备份与冗余管理"),
      .mlpsBackup: ("GB/T 22239-2019 第三级，L3-CES1-29", "数据备份恢复"), .gdpr17: ("GDPR 第 17 条", "删除权"),
      .gdpr30: ("GDPR 第 30 条", "处理活动记录"), .gdpr32: ("GDPR 第 32 条", "处理安全"),
      .pipl47: ("个人信息保护法第 47 条", "删除"), .pipl51: ("个人信息保护法第 51 条", "安全措施"),
      .pipl54: ("个人信息保护法第 54 条", "合规审计"), .iso27001Backup: ("ISO/IEC 27001 A.8.13", "信息备份"),
    ],
    facts: [
      .coverage: ("各存放处的校验", "逐字节读取并与摘要比对过的档案盒。"), .snapshots: ("快照", "各备份目的地的最新副本，以及是否有人在该处见到。"),
      .drills: ("恢复演练", "演练过的恢复；只有实际恢复记录的才算恢复。"), .restores: ("恢复", "副本成为保管库的恢复，以及恢复到临时目录。"),
      .sealed: ("加密保存的记录", "全部记录都在密封的档案盒中，不另存他处。"), .retention: ("保存期限", "策略规定的各类别保存年限，以及超期仍在的内容。"),
      .erasures: ("删除", "已销毁密钥的客户，以及尚待确认的存放处。"), .holds: ("冻结", "因诉讼或审计而不得删除的内容。"),
      .keyrings: ("密钥环代次", "每次密钥变更，以及是否由另一保管人核对。"), .epochs: ("密钥时期", "各类别自何时起以最新密钥密封。"),
      .access: ("访问权限", "有效身份及其角色和可打开的内容。"), .reads: ("读取", "诚实程序所登记的已打开记录。"),
      .requests: ("双人复核", "须两名保管人的操作：一人申请，另一人执行。"), .findings: ("发现的问题", "须有人处理的事项。"),
      .audits: ("审计", "自期间开始以来由审计员或保管人担保的同类报告。"), .ledger: ("账本", "以上一切所在的签名日志。"),
    ],
    figures: [
      .active: "有效", .begun: "开始于", .beyond: "超期档案盒", .bestRTO: "最短 RTO", .boxes: "档案盒", .bytes: "大小",
      .certificate: "证明", .classes: "类别", .closed: "已关闭", .compared: "已核对", .custodians: "保管人",
      .declined: "被拒",
      .destinations: "备份目的地", .due: "期限", .ended: "已撤回", .entered: "策略要求登记读取", .entries: "条目", .epoch: "最新时期",
      .expired: "过期或被取代", .exports: "导出", .failed: "未通过", .fresh: "足够新", .generation: "代次",
      .granted: "期内授予", .home: "保管库", .identity: "身份", .inForce: "有效", .keptByLaw: "依法保留", .kind: "密钥存于",
      .label: "名称", .last: "最近", .level: "级别", .made: "期内", .name: "名称", .notCounted: "无效条目", .oldest: "最久以前",
      .open: "未结", .opens: "可打开", .outcome: "事项", .overdue: "逾期", .passed: "通过", .pending: "待确认",
      .place: "存放处",
      .placed: "期内设立", .places: "存放处", .plan: "预案", .reads: "读取", .reason: "原因", .records: "记录",
      .released: "期内解除", .restores: "恢复了记录", .revoked: "期内撤销", .roles: "角色", .root: "根摘要", .rotated: "期内轮换",
      .rows: "密钥", .rpo: "RPO", .rto: "RTO", .scratch: "恢复到临时目录", .section: "部分", .seen: "在该处见到",
      .size: "账本规模",
      .snapshot: "快照", .state: "状态", .text: "问题", .time: "时间", .transfers: "移交", .unfit: "未能执行",
      .unsound: "损坏或缺失", .used: "已执行", .verified: "已校验", .waiting: "待核对", .wanted: "策略要求", .years: "年限",
    ],
    words: [
      "archivist": "归档员", "auditor": "审计员", "clerk": "经办员", "custodian": "保管人", "operator": "操作员",
      "list": "名称与大小", "hash": "逐字节", "open": "打开", "restore": "恢复", "drill": "演练", "tabletop": "桌面推演",
      "functional": "功能演练", "full": "全面演练", "passed": "通过", "failed": "未通过", "unfit": "未能执行",
      "pending": "待确认",
      "confirmed": "各处均已确认", "taken_back": "已撤回", "in_force": "有效", "released": "已解除", "request_open": "未结",
      "request_used": "已执行",
      "request_ended": "被拒", "request_expired": "已过期", "request_maker_gone": "申请人已离任",
      "request_overtaken": "已被取代", "request_recovered": "因恢复而终止", "dropped": "删除客户", "founded": "创立",
      "granted": "授予权限", "merged": "整理", "revoked": "撤销权限", "rotated": "新时期", "retired": "时期停用",
      "destroyed": "密钥销毁", "policy": "策略", "erased": "删除",
      "recovered": "恢复", "ended": "结束冻结或删除", "file": "文件", "passphrase": "口令", "shares": "恢复份额",
    ],
    lacks: [
      .neverRead: { "从未在该处读取的档案盒：\($0)" }, .readLongAgo: { "未在策略期限内读取的档案盒：\($0)" },
      .unsound: { "损坏或缺失的档案盒：\($0)" }, .fewFresh: { "缺少足够新快照的备份目的地：\($0)" },
      .unseen: { "最新快照无人在该处见到的备份目的地：\($0)" }, .noDrill: { _ in "期内没有恢复了记录并通过的演练" },
      .lastDrillFailed: { _ in "期内最近一次演练未通过" }, .drillLate: { "在策略规定的 \($0) 天内没有通过的演练" },
      .erasurePending: { "在某存放处待确认的删除：\($0)" }, .noCertificate: { "没有证明的删除：\($0)" },
      .epochsDue: { "超过策略期限的密钥时期：\($0)" }, .epochsSealed: { _ in "密钥时期的起始时间只有持有全部密钥者可知" },
      .notCompared: { "未经另一保管人核对的密钥环代次：\($0)" }, .readsNotEntered: { _ in "策略未要求登记读取，故无从证明读取了什么" },
      .oneCustodian: { _ in "只有一名保管人，无法双人复核" }, .findingsOverdue: { "逾期未处理的问题：\($0)" },
      .beyondYears: { "超过策略年限仍保存的档案盒：\($0)" }, .noAudit: { _ in "自期间开始以来无人为报告担保" },
    ],
    yes: "是", no: "否", sealed: "已密封", nothing: "无", entries: "条目", more: { "另有 \($0) 项" },
    withoutProof: { "另有 \($0) 个较早条目在本文件夹中没有证明" }, particulars: "详情", vault: "保管库", root: "账本根摘要",
    tool: "程序", journal: ("名称与原因", "由可打开日志者读取", "已密封：本报告制作时没有相应密钥"), vouched: ("担保", "无"),
    vouchedBy: { "条目 \($0)，担保人 \($1)；其证明为 report.tlog-proof" }, signOff: "签署",
    signColumns: ("角色", "姓名", "日期", "签名"), roles: ["档案负责人", "复核", "审计员"],
    footer:
      "绿色结论依据保管库账本的条目，条目编号已列出；proofs/N.tlog-proof 可向任何知道保管库编号的人证明条目 N 存在于账本及其签名人（见 Docs/Compliance.md）。证明不能说明没有遗漏，账本才能。时间以登记人所述为准。控制要求是否达到由审计员判断，本页只列出判断依据。"
  )
}
