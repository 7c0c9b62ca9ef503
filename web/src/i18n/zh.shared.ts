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
    network: "中心服务没有应答,其余内容不受影响。", refused: "没有完成:{what}({where}),应为 {expected}。",
    stale: "连接中断,显示 {time} 的数据,恢复后自动更新。", staleNone: "连接中断,恢复后自动更新。",
  },
  stage: {
    new_build: { void: "未建", formwork: "支模", structure: "结构", infill: "砌筑", base: "基层", finished: "饰面" },
    renovation: { old: "原状", stripped: "铲除", insulated: "保温", base_coat: "抹面", finished: "涂饰" },
    road: { existing: "旧路", excavated: "开挖", subgrade: "路基", base: "基层", binder: "下面层", surface: "上面层", marked: "标线" },
    occluded: "遮挡(沿用上次)", unknown: "未观测", cover: "有安全网/脚手架", plan: "计划应达", legend: "图例",
  },
  refusal: {
    plain: "没有完成:{why}。", at: "没有完成:{why}({field})。", other: "中心服务没有接受", raw: "中心原文",
    code: {
      invalid: "内容不符合要求", refused: "不符合规定", absent: "没有这一项,或不在您的授权范围内", digest_differs: "内容与它的摘要不一致,请重新选择", not_a_jpeg: "不是 JPEG 照片", not_a_picture: "图片打不开", too_many_pixels: "图片像素过多",
      too_large: "内容过大", wrong_media_type: "文件类型不对", upload_gone: "这次上传已经失效,请重新上传", bad_upload: "上传的内容不合格", too_often: "操作过于频繁,请稍候再试", too_many_uploads: "未完成的上传太多", too_many_tries: "失败次数过多", plan_invalid: "计划文件有错", conflict: "已有人先办理,请刷新后再办", wrong_state: "现在还不能这样办理", not_yours: "须由其他人办理", own_work: "不能办理自己的事项", missing: "有必填内容没有填", unknown: "填写的内容不存在", cannot_render: "文件不能生成", no_room: "中心磁盘空间不足", busy: "中心正忙,请稍候再试", internal: "中心内部出错", offset_differs: "上传位置不一致", checksum_differs: "内容在途中损坏,请重试", body_paused: "传输中断",
    },
    field: {
      photos: "照片", claims: "填报的进度", note: "备注", day: "日期", project: "项目", building: "楼栋", item: "工作项", body: "内容", taken_at: "拍摄时间", observed_at: "观测时间", value_bp: "进度", steps: "步骤", stage: "阶段", storeys: "层数", persons: "人数", machines: "机械", inspected: "检验数", passed: "合格数", paper: "资料", replaces: "更正的那一条", reason: "理由", remark: "说明", evidence: "证据", person: "人员", due: "期限", measure: "措施", acceptance_standard: "验收标准", cause: "原因", weight: "权重", target: "目标值", unit: "单位", start: "起", from: "起", to: "止", limit: "条数", version: "版本", text: "文字", basis: "依据", month: "月份", period: "期间", purpose: "查看目的", username: "用户名", password: "密码", filename: "文件名", sha256: "摘要", project_id: "项目", file: "文件", signer: "签字人", points: "分数", indicator: "指标", new_target: "新目标",
    },
  },
};
