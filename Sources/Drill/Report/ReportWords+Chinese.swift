internal import Rules

extension ReportWords {
  /// Chinese, simplified.
  public static let chinese = ReportWords(
    tag: "zh", kind: "恢复演练",
    verdicts: [.passed: "通过", .failed: "未通过", .unfit: "未能执行"],
    sentence: [
      .passed: "档案达到了本预案的全部目标。",
      .failed: "档案未达到本预案的部分目标，未达标项见下表。",
      .unfit: "本次演练未能执行，不能说明档案是否可恢复。",
    ],
    objectives: "目标", columns: ("目标", "要求", "实测", "结果"), met: "达标", missed: "未达标",
    subjects: [
      .rto: "恢复时间（RTO）", .rpo: "恢复点（RPO）", .records: "恢复的记录", .damage: "恢复结果中的损坏",
      .noticed: "被发现的破坏", .refused: "该位置被拒绝", .erased: "重新出现的已销毁密钥",
      .shut: "离职者密钥能打开新内容", .time: "时间限制", .read: "读取量限制",
      .answered: "已回答的问题",
    ],
    probes: Probes(
      counts: "探查：各类别数量", customer: "探查：某客户的记录", canary: "探查：标记记录", asNoted: "与事先记下的一致",
      another: "与事先记下的不同", absent: "不存在", command: { "探查：命令 \($0)" },
      same: { "\($0) 个类别，\($1) 个版本，与保管库一致" }, differs: { "类别 \($0) 有 \($1) 个版本，保管库有 \($2) 个" },
      ended: { "以 \($0) 结束" }, signal: { "被信号 \($0) 终止" }, late: { "未在 \($0) 内结束" },
      notRun: "没有此程序或无权运行", notAsked: "没有内容恢复，无从探查"),
    timeline: "过程与用时",
    stages: [
      .damage: "实施破坏", .detect: "查找破坏", .open: "打开备份目的地",
      .choose: "选择完好的快照", .mend: "修复备份目的地", .restore: "恢复保管库", .unlock: "打开密钥环",
      .read: "读取并比对记录", .verify: "逐条比对记录", .former: "尝试离职者密钥",
    ],
    broke: "中断", damage: "所实施的破坏及发现方式", damageColumns: ("破坏", "对象", "发现方式"),
    faults: [
      .flip: "翻转一位", .truncate: "截短", .lose: "丢失", .overwrite: "覆写", .swap: "互换", .cut: "账本回滚",
      .replace: "换成另一个保管库", .slow: "读取缓慢", .fail: "读取失败", .fill: "磁盘写满一次", .kill: "中途终止一次",
    ],
    sides: [.destination: "备份目的地", .vault: "保管库"],
    things: [.boxes: "档案盒", .keyring: "密钥环文件", .ledger: "账本文件", .marker: "标记文件"],
    ways: [
      "open": "打开时", "memory": "本机此前的记忆", "list": "名称与大小", "hash": "逐字节读取", "mend": "修复目的地的快照",
      "restore": "恢复时", "verify": "比对记录",
    ],
    bothCopies: "两份副本", notFound: "未被发现", noTraces: "不留痕迹；恢复过程须能承受",
    findings: "发现的问题", findingColumns: ("问题与原因", "补救措施", "责任人", "期限"), noFindings: "无。",
    before: "演练前已存在的问题", trend: "本预案的历次演练", target: "目标", thisDrill: "本次演练", particulars: "详情",
    facts: Facts(
      incident: "事件开始", snapshot: "恢复所用快照", restored: "已恢复", share: "占档案比例", since: "该快照之后封存",
      read: "读取量", throughput: "吞吐量", level: "级别", controls: "对应控制项", validUntil: "有效期至", notes: "备注",
      vault: "保管库", destination: "备份目的地", by: "执行人", plan: "预案", seed: "随机种子", tool: "程序",
      entry: "账本条目", evidence: "证据", sandbox: "临时目录", attempts: "尝试次数", estimate: "对整体的估计",
      destroyed: "与保管库及备份目的地隔离，已删除", stays: "未能删除", none: "无"),
    answered: "问题与回答", unanswered: "无人知晓", signOff: "签署", signColumns: ("姓名", "角色", "日期", "签名"),
    roles: ["执行演练", "档案负责人", "复核"],
    footer:
      "报告的摘要已记入保管库账本，本页旁的 .tlog-proof 文件可证明这一点：任何知道保管库编号的人无需密钥即可用 strongroom drill verify 或其他程序核验（见 Docs/Evidence.md）。",
    levels: [.tabletop: "桌面推演：逐题作答", .functional: "功能演练：实际恢复记录", .full: "全面演练：仅凭恢复份额，在无任何记忆的机器上"],
    units: Units(
      second: "秒", minute: "分", hour: "小时", day: "天", atMost: { "不超过 \($0)" }, of: { "\($1) 中的 \($0)" },
      unknown: { "\($0)，总数未知" }, atLeast: { "\($1) 的 \($0)，至少一条" }, records: { "\($0) 条记录" },
      boxes: { $0 == "0" ? "无" : "\($0) 个档案盒" }, recordsBytes: { "\($0) 条记录，\($1)" },
      snapshot: { "条目 \($0)，始于 \($1)" },
      estimate: { "约 \($0)；以 95 % 的置信度，全部客户中最多 \($1) 的记录有缺" },
      cameBack: { records, time in "恢复了 \(records)\(time.map { "，用时 \($0)" } ?? "")，每条均与其标签一致。" }),
    answers: ("是", "否", "没有内容恢复", "正常"),
    unfits: [
      "no_space": "没有足够的空间", "unreachable": "无法访问备份目的地", "interrupted": "被中断",
      "few_snapshots": "备份目的地的快照太少", "older_erased": "较早快照的档案盒已被移存并删除", "nothing_to_damage": "没有可破坏的对象",
      "nothing_erased": "从未删除过任何客户", "not_allowed": "所需操作无法执行", "did_not_happen": "预定的故障未发生",
      "unknown_customers": "保管库中没有预案所列客户的记录",
    ])
}
