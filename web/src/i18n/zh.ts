/** Every word of the interface in Chinese; `en.ts` has the same keys (a test says so). */
export default {
  app: { name: "项目绩效动态监管平台", skip: "跳到正文", search: "搜项目", notFound: "没有这个页面", notFoundWhy: "地址不存在,或不在您的授权范围内。", back: "回到总览" },
  nav: { label: "主导航", district: "总览", warnings: "预警", fleet: "设备" },
  top: {
    asOf: "数据截至", live: "实时", waiting: "连接中", lost: "断线", noData: "尚无数据",
    switchLang: "切换到 English", dark: "深色", light: "浅色", signOut: "退出",
  },
  login: {
    title: "登录", user: "用户名", password: "密码", submit: "登录", working: "正在登录",
    failedTitle: "没有登录成功", login_failed: "用户名或密码不对。", too_many_tries: "失败次数过多,请在 {pause} 后再试。",
    network: "连不上中心服务:没有应答。", other: "中心服务拒绝:{what}。",
    needUser: "请填写用户名", needPassword: "请填写密码", token_expired: "登录已过期,请重新登录。", token_invalid: "登录状态已失效,请重新登录。",
    about: "摄像头实测 · 计划对照 · 红黄蓝预警 · 绩效得分",
  },
  sign: {
    red: "红色预警", yellow: "黄色预警", blue: "蓝色预警", insufficient: "证据不足", normal: "正常", closed: "已关闭", paused: "停工", offline: "离线",
  },
  signShort: { red: "红色", yellow: "黄色", blue: "蓝色", insufficient: "证据不足", normal: "正常", paused: "停工" },
  unit: { pp: "个百分点", days: "天", hours: "小时", count: "次", wan: "万元", yuan: "元", million: "百万元", bp: "个百分点", z: "稳健 z 值" },
  figure: {
    measured: "实测", plan: "计划", gap: "进度差", lag: "滞后", ahead: "提前", about: "约 {value}", unobserved: "未观测", rate: "偏差率 {value}", interval: "90% 区间",
    coverage: "覆盖率", coverageOf: "覆盖率 {value}", behind: "落后 {value} 个百分点", aheadPoints: "超前 {value} 个百分点", onPlan: "与计划持平",
    lagDays: "滞后 {value} 天", aheadDays: "提前 {value} 天", since: "自 {day} 起无数据", why: "为什么?", none: "—", sigma: "标准差 σ",
    effectiveDays: "有效工期日", physical: "形象进度", byWeight: "按权重", thin: "证据薄,仅供参考",
  },
  state: {
    loading: "正在取数据", retry: "重试", failed: "没取到{what}", since: "{time} 起", id: "编号 {id}", copy: "复制编号", copied: "已复制",
    network: "中心服务没有应答,其余内容不受影响。", http: "中心服务回答:{what}({where})。",
    stale: "连接中断,显示 {time} 的数据,恢复后自动更新。", staleNone: "连接中断,恢复后自动更新。",
  },
  district: {
    title: "总览", total: "在建项目", counts: "按最重状态计,每个项目一次", all: "全部 {n}", list: "项目", sortHint: "按预警级别、滞后天数排序",
    emptyTitle: "还没有项目", emptyText: "导入计划后,项目会出现在这里。命令:siteprogress-central import-plan 文件", filterEmptyTitle: "没有符合筛选的项目", filterEmptyText: "共 {n} 个项目,当前筛选下没有。", clear: "清除筛选",
    project: "项目", progress: "形象进度(竖线 = 计划)", gap: "进度差", lag: "滞后", score: "得分", warnings: "未结预警", street: "街道",
    sentenceCalm: "{n} 个项目都按计划,没有未结预警。", sentence: "{n} 个项目须关注:{list}。", sentencePart: "{word} {n}", found: "“{q}”找到 {n} 个",
    worst: "最差 {name}",
  },
  project: {
    crumb: "项目", type: { new_build: "新建", renovation: "改造", road: "道路" }, buildings: "{n} 栋", storeys: "{n} 层", code: "项目代码", contract: "合同", duration: "工期",
    unitIs: "主管 {unit}", sameTime: "所有数据同一时点:{time}", basis: "依据", finish: "计划竣工", score: "绩效得分", open: "未结预警", noneOpen: "没有未结预警", openHint: "进度回到计划线上方时为空。",
    seeAll: "全部预警", coverage: "覆盖率", planVersion: "计划第 {n} 版", calm: "其余楼栋正常。", paused: "停工(已批准)",
  },
  curve: {
    title: "计划与实测", sub: "累计 %,按楼栋权重汇总", subBuilding: "{name},累计 %", last30: "近30天", whole: "全程", table: "表格", today: "截至", planEnd: "计划 {day}",
    label: "计划与实测曲线。截至 {day} 计划 {plan},实测 {measured}。", emptyTitle: "还没有计划曲线", emptyText: "计划导入后这里显示计划线,摄像头第一次读数后显示实测线。",
    day: "日期", interval: "90% 区间", of: "曲线对象", project: "全项目",
  },
  building: {
    title: "楼栋", hint: "条 = 实测,竖线 = 计划;默认选中最差一栋", face: "{face}立面", size: "{rows}层 × {cols}跨", floor: "{n}F", top: "最高楼板 {n} 层", planTop: "计划 {n} 层", planRow: "计划:{n} 层",
    planCap: "计划:封顶", visible: "可见外立面完成 {value}", abstained: "本次不下结论:{why}", quality: "画面:{list}", noFaceTitle: "没有这栋楼的立面读数", noFaceText: "摄像头标定并回传第一次读数后,这里显示层 × 跨。", none: "还没有楼栋", noneText: "计划文件里没有楼栋。",
    cell: "{storey} 层 {bay} 跨:{stage}", cellOccluded: "遮挡,沿用上次", cellUnknown: "未观测", cellCover: "有安全网", confidence: "置信 {value}", moved: "摄像头移位,停止更新格子", items: "分项", item: "分项", weight: "权重",
    faceChoice: "立面", keys: "方向键移动", unverified: "配准未核实", direction: { south: "南", north: "北", east: "东", west: "西", front: "正", back: "背", left: "左", right: "右" },
  },
  stage: {
    new_build: { void: "未建", formwork: "支模", structure: "结构", infill: "砌筑", base: "基层", finished: "饰面" },
    renovation: { old: "原状", stripped: "铲除", insulated: "保温", base_coat: "抹面", finished: "涂饰" },
    road: { existing: "旧路", excavated: "开挖", subgrade: "路基", base: "基层", binder: "下面层", surface: "上面层", marked: "标线" },
    occluded: "遮挡(沿用上次)", unknown: "未观测", cover: "有安全网/脚手架", plan: "计划应达", legend: "图例",
  },
  quality: {
    rain: "雨", fog: "雾", dark: "暗", night: "夜", glare: "逆光", blurred: "模糊", blur: "模糊", dirty: "镜头脏", frozen: "冻结", covered: "遮盖", ok: "正常", low_light: "光线暗", overexposed: "过曝", snow: "雪", low_contrast: "对比度过低", replayed: "疑似回放", clock_backwards: "时钟倒退", clock_sun: "时刻与日光不符",
  },
  evidence: {
    title: "证据对照", sub: "同一立面校正图", newest: "最新", previous: "较早", missing: "没有影像", missingWhy: "这次读数没有回传影像,或影像还在路上。", failed: "影像没取到", alt: "{face} 立面,{time} 拍摄",
    digest: "影像摘要 SHA-256 {digest}", storey: "楼板 {n} 层", open: "放大", close: "关闭", onlyOne: "只有一张影像", none: "还没有影像",
  },
  fusion: {
    title: "为什么是 {value}?", titleNone: "为什么未观测?", source: "来源", reading: "读数", weight: "权重", time: "观测时间", rejected: "未采信", none: "还没有观测", noneText: "摄像头或巡查员的第一次读数会列在这里。",
    kind: { camera: "摄像头网关", inspector: "巡查员 现场核实", supervisor: "监理 月报", self_report: "施工单位自报", document: "资料" },
    fused: "融合 = {value},90% 区间 {low} ~ {high}。", more: "每个来源只列最新一条,共 {total} 条观测", trace: "完整溯源", confidence: "置信 {value}",
  },
  warning: {
    title: "预警与整改", summary: "未结 {n} 条,涉及 {m} 个项目", summaryNone: "没有未结预警", subject: "对象与规则", value: "偏差", project: "项目", state: "状态", sinceDay: "{day} 起", raised: "触发", open: "未结", closed: "已关闭", withdrawn: "已撤回",
    all: "全部", level: "级别", filter: "筛选", emptyTitle: "没有未结预警", emptyText: "所有规则都没有超过门槛。", closedLink: "看已关闭", shown: "显示 {n} / {total}", select: "选一条看原因",
    why: "为什么", threshold: "门槛", exit: "规则", rule: "规则 {rule} · 版本 {version}", capped: "证据不足,封顶为蓝色", gapTitle: "差距(百分点)与门槛", gapAlone: "差距(百分点)", last30: "近 30 天 · 带 = 90% 区间", steps: "经过",
    event: { raised: "触发", escalated: "升级", downgraded: "降级", cleared: "关闭", withdrawn: "撤回(迟到的事实改变了结论)", restored: "恢复" }, evidence: "证据 {n} 件", valueAt: "{value}({day})", link: "复制链接", keys: "下一条 J · 上一条 K", thresholdOf: "{value} ≥ 门槛 {threshold}", unknownThreshold: "{value}",
    hours: "持续 {value} 小时", days: "持续 {value} 天", closedAt: "{time} 关闭", toProject: "去项目页", notThere: "这条预警不在当前筛选内。",
  },
  score: {
    title: "绩效得分构成", none: "还没有可评的内容", noneText: "第一次实测后开始计分。", of: "满分 {n}", cr: "一致性比率 CR {value}", rule: "规则 {version}", weight: "权重 {value}", leaf: "单项 {value}", grade: "等级",
    grades: { 优: "优", 良: "良", 中: "中", 差: "差" },
  },
  why: {
    title: "为什么是这个数?", close: "关闭", trace: "完整溯源", copy: "复制", formula: "公式", source: "依据", evidence: "影像", more: "另有 {n} 条未列出", at: "时间", page: "溯源", raw: "原始值", expand: "展开", fold: "收起",
    gap: "计划 {plan} − 实测 {actual} = {gap} 个百分点", lag: "实测 {actual} 在计划曲线上对应的日期,到数据截至日的有效工期日(停工和非工作日不计)", measured: "各楼栋实测按权重汇总", planned: "计划各分项在截至日的累计值,按权重汇总", sources: "来源与权重", rule: "规则",
    bounds: "90% 区间 {low} ~ {high}(± 1.645 σ,σ = {sigma} 个百分点)",
  },
  fact: {
    formula: "公式", frame_sha256: "画面摘要", model_sha256: "模型摘要", evidence_sha256: "影像摘要", plan_bp: "计划", gap_bp: "进度差", value_bp: "值", sigma_bp: "标准差", coverage_bp: "覆盖率",
    weight: "权重", leaf_score: "单项得分", points: "得分", observed_at: "观测时间", received_at: "到达时间", hash: "内容摘要", camera: "摄像头", gateway: "网关", epoch: "纪元", seq: "序号", clock: "时钟", threshold: "门槛", rule: "规则", rule_version: "规则版本", unit: "单位", level: "级别",
    quality: "画面", registration: "配准", face: "立面", building: "楼栋", indicator: "指标", lag_cdays: "滞后(天)", actual_bp: "实测", weight_bp: "权重", conf_bp: "置信", completion_bp: "完成", source: "来源", kind: "种类", state: "状态", as_of: "数据截至", value: "值",
    consistency_ratio: "一致性比率", grade: "等级", total: "总分", capped: "封顶", raised_at: "触发时间", closed_at: "关闭时间", abstained: "不下结论", residual_mpx: "配准残差(千分之一像素)", top_storey: "最高楼板", accepted: "采信", refs: "依据",
  },
  node: { score: "得分", indicator: "指标", building: "楼栋", item: "分项", record: "读数", warning: "预警", project: "项目", observation: "观测", contribution: "构成", camera: "摄像头", evidence: "影像", event: "事件", gateway: "网关", condition: "设备状态", reading: "读数", still: "影像", frame: "画面" },
  fleet: {
    title: "设备与送达", summary: "网关 {g} · 摄像头 {c}", balanceOk: "一条不丢,一条不重", balanceBad: "有死信或编号冲突,须查看下面的网关", balanceUnknown: "等待网关心跳", balanceNote: "已产生 = 已入库并回执 + 在途;按各网关当前纪元",
    produced: "已产生", stored: "已入库并回执", inFlight: "在途(按上次心跳)", tombstones: "墓碑(按策略清理,有记录)", duplicates: "重复到达(已拦下)", dead: "死信", conflicts: "编号冲突", gateway: "网关", connection: "连接", online: "在线", offline: "离线", lastSeen: "上次 {time}", never: "从未上线",
    clock: "时钟", clocks: { synced: "已同步", free: "自走", unknown: "未知" }, software: "版本", cameras: "摄像头", oldest: "最老未回执", camera: "摄像头", sees: "看 {names}", lastReading: "上次读数 {time}", noReading: "还没有读数", fine: "可信", conditions: "状态",
    condition: { moved: "移位", frozen: "冻结", covered: "遮盖", dark: "过暗", offline: "离线", blurred: "模糊", foggy: "雾", replayed: "疑似回放", clock_backwards: "时钟倒退", clock_sun: "时刻存疑" },
    conditionLong: { moved: "已移位,停止更新格子,须重新标定", frozen: "画面连续相同,疑似冻结", covered: "镜头被遮盖", dark: "画面过暗,不读数", offline: "没有画面", blurred: "画面模糊", foggy: "雾,置信降权", replayed: "画面与过去某一时刻相同,疑似回放录像,不读数", clock_backwards: "拍摄时刻早于已有画面,时钟被调回,不读数", clock_sun: "按拍摄时刻应为夜间,画面却是白天,请核对时钟" },
    since: "{time} 起", emptyTitle: "还没有网关", emptyText: "网关第一次上线后出现在这里。", note: "设备离线不等于进度落后:沿用最后读数,区间随时间变宽;证据不足时进度预警封顶为蓝色。", at: "截至 {time}", ms: "{n} 毫秒", s: "{n} 秒", min: "{n} 分", h: "{n} 小时", unverified: "配准未核实", filterMoved: "只看有异常的", loss: "丢失", doubled: "重复入库", atLeast: "≥ {n}",
    none: "没有异常", head: { inFlight: "在途", tombstones: "墓碑", duplicates: "重复到达", stored: "已回执" },
    signed: "帧已签名", unsigned: "未登记密钥,帧未签名", revoked: "已吊销,不再接收", refusals: "安全事件 {n} 种", degraded: "受限:{why}", sent: "已发出 {n}", givenUp: "按策略放弃 {n} 条", knownLoss: "旧库已知丢失 {n} 处", offset: "与中心相差 {value}",
    security: "安全事件", securityNote: "被拒绝或冒充的,共 {n} 种", securityNone: "没有安全事件", securityNoneText: "签名不符、冒充、吊销后仍发送、证书被拒等会出现在这里。", nobody: "未知来源", times: "{n} 次", deadNote: "收到但读不懂的,共 {n} 份", deadNone: "没有死信", deadNoneText: "读不懂的消息保留在这里,可用 siteprogress-central letters replay 重试。", replayed: "{time} 已补收",
    securityCode: { bad_signature: "签名不符", unsigned_frame: "缺少签名", chain_broken: "记录链断开(回退或克隆)", unregistered_gateway: "未登记的网关", revoked_gateway: "已吊销的网关", forged_ack: "伪造的回执", identity_conflict: "编号冲突(疑似克隆或旧备份)", topic_mismatch: "冒充其他网关", tls_refused: "证书被拒", acl_refused: "越权主题", bad_upload: "不合格的上传" },
  },
  trace: { title: "溯源", score: "得分是怎么来的", warning: "预警是怎么来的", record: "一条读数", building: "实测是怎么来的", sub: "从数字一直到影像和它的摘要" },
};
