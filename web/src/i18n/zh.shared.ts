/** Words that the desk and the inspector's phone share, in Chinese. */
export default {
  top: {
    asOf: "数据截至", live: "实时", waiting: "连接中", lost: "断线", noData: "尚无数据",
    switchLang: "切换到 English", dark: "深色", light: "浅色", signOut: "退出",
  },
  login: {
    title: "登录", user: "用户名", password: "密码", submit: "登录", working: "正在登录",
    failedTitle: "没有登录成功", login_failed: "用户名或密码不对。", too_many_tries: "失败次数过多,请在 {pause} 后再试。",
    network: "连不上中心服务:没有应答。",
    needUser: "请填写用户名", needPassword: "请填写密码", token_expired: "登录已过期,请重新登录。", token_invalid: "登录状态已失效,请重新登录。",
    about: "摄像头实测 · 计划对照 · 红黄蓝预警 · 绩效得分",
  },
  sign: {
    red: "红色预警", yellow: "黄色预警", blue: "蓝色预警", insufficient: "证据不足", normal: "正常", closed: "已关闭", paused: "停工", offline: "离线",
  },
  state: {
    loading: "正在取数据", retry: "重试", failed: "没取到{what}", since: "{time} 起", id: "编号 {id}", copy: "复制编号", copied: "已复制",
    network: "中心服务没有应答,其余内容不受影响。",
    stale: "连接中断,显示 {time} 的数据,恢复后自动更新。", staleNone: "连接中断,恢复后自动更新。",
  },
  stage: {
    new_build: { void: "未建", formwork: "支模", structure: "结构", infill: "砌筑", base: "基层", finished: "饰面" },
    renovation: { old: "原状", stripped: "铲除", insulated: "保温", base_coat: "抹面", finished: "涂饰" },
    road: { existing: "旧路", excavated: "开挖", subgrade: "路基", base: "基层", binder: "下面层", surface: "上面层", marked: "标线" },
    occluded: "遮挡(沿用上次)", unknown: "未观测", cover: "有安全网/脚手架", plan: "计划应达", legend: "图例",
  },
  refusal: {
    at: "“{field}”{said}", other: "没有完成:中心服务没有接受。", raw: "中心原文",
    field: {
      photos: "照片", claims: "填报的进度", note: "备注", day: "日期", project: "项目", building: "楼栋", item: "工作项", body: "内容", taken_at: "拍摄时间", observed_at: "观测时间", value_bp: "进度", steps: "步骤", stage: "阶段", storeys: "层数", persons: "人数", machines: "机械", inspected: "检验数", passed: "合格数", paper: "资料", replaces: "更正的那一条", reason: "理由", remark: "说明", evidence: "证据", person: "人员", due: "期限", measure: "措施", acceptance_standard: "验收标准", cause: "原因", weight: "权重", target: "目标值", unit: "单位", start: "起", from: "起", to: "止", limit: "条数", version: "版本", text: "文字", basis: "依据", month: "月份", period: "期间", purpose: "查看目的", username: "用户名", password: "密码", filename: "文件名", sha256: "摘要", project_id: "项目", file: "文件", signer: "签字人", points: "分数", indicator: "指标", new_target: "新目标",
      about: "对象", accepted_on: "验收日期", active: "启用", added: "增加数", after: "上一页", also: "同时处理", answer: "答复", answers: "比较", approve: "决定", at: "时刻", base_version: "所据版本", based_on: "所据配置", baseline: "基准值", before: "之前", benefit_fen: "效益", brief: "简要", budget_fen: "预算", building_id: "楼栋", by: "分组", camera: "摄像头", changes: "变更", code: "项目代码", contract: "合同", cost_fen: "费用", cut_bp: "扣减比例", days: "天数", deadline_s: "期限", department: "部门", direction: "方向", edits: "修改", en: "英文", ended: "终止", epoch: "批次", evaluation_id: "评价", evaluations: "评价", figures: "数字", find: "查找", first: "起日", follows: "上一版", form_id: "评价表", gain: "预期收益", gateway: "网关", goal: "目标编号", goals: "目标", grant: "授权", group: "分组", hearing: "听取意见", history: "历年数据", id: "编号", import_id: "导入", justification: "依据", kind: "类型", last: "止日", level: "层级", line: "预算科目", method: "方法", mine: "我的", name: "名称", new: "新值", node: "节点", now: "现有数", objection_id: "异议", offset: "起始位置", old: "原值", options: "方案", overdue: "逾期", owner: "责任人", page: "页面", parent: "上级目标", payee: "收款方", place: "地点", place_kind: "地点类型", practice: "案例", proposal: "变更申请", ranking: "排名", rectification_id: "整改单", report: "报告", role: "角色", rule: "规则", says: "比较", scene: "标定", scope: "范围", second: "另一项", sector: "领域", seq: "序号", series: "序列", sheet_id: "记分表", since: "起日", sort: "排序", state: "状态", street: "街道", stretch: "时间段", subject: "对象", subject_kind: "对象类型", summary: "摘要", tag: "标签", tags: "标签", title: "标题", until: "截止", upheld: "异议成立", uphold: "维持", use: "结果应用", warning_id: "预警", warnings: "预警", x: "横轴", y: "纵轴", year: "年份", zh: "中文",
    },
  },
};
