/** Words of the desks that keep the books: plans and ledgers that come as files, accounts, in Chinese. */
import type { Action } from "@/api/types";

const may: Record<Action, string> = {
  know_self: "知道自己的账号", read_projects: "看项目、预警、地图", visit: "看开放日的项目", read_scores: "看得分", read_trace: "看溯源", read_fleet: "看设备", read_security: "看安全事件", follow: "接收实时变化", import_plan: "导入计划和变更", put_evidence: "上传影像(网关)",
  renew_identity: "更新证书(网关)", fetch_config: "取配置(网关)", configure: "配置网关和摄像头", read_money: "看资金", read_plan_file: "下载带金额的计划", post_money: "登记资金", lock_money: "锁账", upload: "上传照片和填报", propose: "申请阶段和停工", approve: "审批阶段和停工",
  approve_plan: "批准计划变更", organise: "维护组织机构", read_accounts: "看账号与授权", manage_accounts: "管理账号与授权", submit_step: "报验工序", verify_step: "核验工序", mend: "办理预警和整改", coordinate: "答复协调事项", set_clauses: "设定质量条款和围挡", report_daily: "报日报",
  settle_dispute: "裁定分歧", read_quality: "看质量和日报", read_reports: "看报告", make_reports: "生成报告", read_views: "看看图登记", read_insight: "看分析", classify: "给项目分类", note_benefit: "登记效益", set_practice: "登记做法", look: "打开页面(计入使用统计)", read_outlook: "看展望",
  advise_allocation: "测算资金投向", weigh: "组织权重评议", judge_weights: "填权重判断", read_weights: "看权重", enter_values: "填报指标值", accept_values: "审核指标值", read_rankings: "看排名", decide_results: "决定结果应用", appeal_results: "对结果应用申诉", set_results: "设定结果应用表",
  adjust_targets: "申请弹性调整", share_practice: "报送案例", disclose: "决定公开内容", read_tasks: "看任务", do_tasks: "办任务", confirm_tasks: "确认任务", read_agenda: "看会议议程", hold_meeting: "主持调度会", read_evaluations: "看评价", fill_forms: "填评价表", approve_evaluations: "批准评价",
  object_evaluations: "对评价提异议", set_evaluation_policy: "设定评价办法", third_report: "报第三方报告", read_third: "看第三方报告", note_findings: "登记审计发现", read_findings: "看审计发现", transfer_projects: "移交项目", read_goals: "看目标", plan_goals: "起草目标", approve_goals: "批准目标",
};

export default {
  may,
  file: { choose: "选择文件", another: "换一个文件", drop: "或把文件拖到这里", sending: "正在上传 {share}", working: "已送达,正在处理", size: "{kb} KB", wrongKind: "请选 {kinds} 文件,这个是 {name}", need: "请先选择文件", tooLarge: "文件有 {mb} MB,上限 {max} MB" },
  planImport: {
    title: "导入计划", link: "导入计划", sub: "先检查,看清会变什么,再导入;有一处不对就全不导入", kinds: "xlsx 或 json", checked: "检查结果", faults: "有 {n} 处不对,什么都没有导入", sheet: "表", row: "行", column: "列", rule: "哪里不对,应该是什么", whole: "整个文件", mendThem: "改好后再选一次;一次列出了全部问题。", mayNot: "您的账号不能导入计划",
    mayNotWhy: "计划由项目负责人、部门负责人或管理员导入。", first: "首版计划:导入后立即生效,并冻结为基准", same: "与现行第 {n} 版完全相同,不用导入", revision: "计划变更:现行第 {n} 版;导入后待批,批准前现行计划不变", onTime: "竣工 {finish},与基准相同", late: "竣工 {finish},比基准({base})晚 {n} 天", early: "竣工 {finish},比基准({base})早 {n} 天",
    holds: "{buildings} 栋楼,{items} 个分项,{start} 至 {finish}", parts: "权重变化(占全项目)", part: "部分", before: "现行", after: "新计划", comes: "新增", goes: "删去", moves: "竣工日变化(对冻结基准)", item: "分项", baseline: "基准", planned: "新计划", days: "相差", later: "晚 {n} 天", earlier: "早 {n} 天", more: "另有 {n} 处未列出",
    nothing: "权重和竣工日都没有变化", reason: "变更理由", reasonHint: "例:设计变更,增加外墙保温", keep: "导入", propose: "提交待批", done: "已导入:项目 {project} 第 {n} 版已生效", waits: "已提交:变更 {n} 等待部门负责人或分管领导批准", toProject: "打开项目", toChanges: "看变更与批准", again: "再导入一个",
    proposals: "待批与已批的变更", by: "{who} 提出于 {time}", state: { open: "待批", approved: "已批准", refused: "未批准", withdrawn: "已撤回" }, adds: "新增 {list}", removes: "删去 {list}", reweighs: "权重变化 {list}", remark: "意见(不批准时必填)", approve: "批准,立即生效", refuse: "不批准", withdraw: "撤回", own: "您提出的变更,由别人批准。", download: "下载现行计划(xlsx)",
  },
  ledgerImport: {
    title: "导入台账", sub: "一行一笔;对的入账,不对的留下并说明原因,同一文件可再次导入", mayNot: "您的账号不能登记资金", mayNotWhy: "台账由财政登记。", template: "下载空表(xlsx)", locked: "{day} 及以前已锁账:这些日子的凭证不入账,请用冲正。", notLocked: "还没有锁账月份。",
    outcome: "{name}:{posted} 笔入账,{known} 笔早已入账,{conflicts} 笔同号不同内容,{refused} 行未入账", soFar: "已处理 {n} 行:入账 {posted},未入账 {refused}", posted: "入账", known: "早已入账", conflicts: "同号不同内容", refused: "未入账", quarantine: "未入账的行({n})", none: "每一行都入账了,没有留下的行", row: "行", column: "列", why: "哪里不对,应该是什么", says: "{what};应为:{expected}", more: "再看 {n} 行",
    conflictsTitle: "同号不同内容(已记录,未改变台账)", conflictsNone: "没有同号不同内容的凭证", voucher: "凭证", project: "项目", differs: "不同之处", given: "这次给的金额", field: { amount_fen: "金额", day: "日期", payee: "收款单位", kind: "类型", contract: "合同", line: "预算科目", reverses: "冲销", wage_fen: "工资", approver: "批准人", object_code: "经济分类", note: "备注", source: "来源", project: "项目", voucher: "凭证" },
    recent: "最近的导入", noRecent: "还没有导入过文件", noRecentWhy: "导入后,每个文件有多少行入账会列在这里。", file: "文件", at: "时间", by: "导入人", broken: "未完成,可再次导入同一文件", toLedger: "看资金明细",
    lock: "锁账", lockWhy: "锁后,该月及以前不再入账,不能撤销。", month: "月份", lockIt: "锁定", lockedNow: "已锁账至 {day}", unnamed: "(未命名)",
  },
  people: {
    title: "账号与授权", sub: "谁可以在哪里做什么;给与收都留痕,收回后仍可查", find: "搜用户名或姓名", role: "角色", every: "全部角色", state: { open: "使用中", closed: "已停用", all: "全部" }, n: "{n} 个账号", none: "没有符合的账号", noneWhy: "换一个搜索词,或清除筛选。", more: "再列 {n} 个", mayNot: "您的账号不能看账号与授权", mayNotWhy: "由管理员管理,审计和纪检可看。",
    open: "新建账号", username: "用户名", usernameHint: "登录用,不含空格和 /", name: "姓名", password: "初始密码", passwordHint: "至少 10 位", newPassword: "新密码", setPassword: "重设密码", passwordSet: "密码已重设,请当面告知本人", opened: "已建账号 {username}", closed: "已停用", noGrants: "没有授权", choose: "选一个账号,看他可以做什么", back: "全部账号",
    grants: "授权", scope: "范围", since: "自", until: "至", forever: "收回", reaches: "现有 {n} 个项目", reachesNone: "现在没有项目,请核对名称", inForce: "有效", over: "已结束", kind: { district: "全区", unit: "单位", street: "街道", project: "项目" }, which: { unit: "单位名称", street: "街道名称", project: "项目编号" }, lastDay: "最后一天(空 = 收回为止)", basis: "依据(文号或理由)",
    give: "授权", giveTitle: "增加授权", given: "已授权", withdraw: "收回", withdrawBasis: "收回的依据(文号或理由)", close: "停用账号", closeBasis: "停用的依据(文号或理由)", reopen: "恢复账号", reopenBasis: "恢复的依据(文号或理由)", may: "他现在可以", mayNothing: "什么都不可以", roleMay: "这个角色可以", own: "这是您自己的账号:权限须由另一位管理员改。", cancel: "取消", alone: "纪检只看不办,不与任何业务角色同在一人;管理员与审计不同在一人。",
  },
  klass: { title: "项目分类", sub: "分析时与同类比较", kind: "具体类型", kindHint: "例:老旧小区加装电梯", sector: "领域", none: "未分类", noneOne: "未填", change: "修改分类", save: "保存", saved: "已保存" },
};
