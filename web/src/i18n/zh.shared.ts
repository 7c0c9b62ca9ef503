/** Words that the desk and the inspector's phone share, in Chinese. */
export default {
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
  state: {
    loading: "正在取数据", retry: "重试", failed: "没取到{what}", since: "{time} 起", id: "编号 {id}", copy: "复制编号", copied: "已复制",
    network: "中心服务没有应答,其余内容不受影响。", http: "中心服务回答:{what}({where})。",
    refused: "没有完成:{what}({where}),应为 {expected}。编号 {id}",
    stale: "连接中断,显示 {time} 的数据,恢复后自动更新。", staleNone: "连接中断,恢复后自动更新。",
  },
  stage: {
    new_build: { void: "未建", formwork: "支模", structure: "结构", infill: "砌筑", base: "基层", finished: "饰面" },
    renovation: { old: "原状", stripped: "铲除", insulated: "保温", base_coat: "抹面", finished: "涂饰" },
    road: { existing: "旧路", excavated: "开挖", subgrade: "路基", base: "基层", binder: "下面层", surface: "上面层", marked: "标线" },
    occluded: "遮挡(沿用上次)", unknown: "未观测", cover: "有安全网/脚手架", plan: "计划应达", legend: "图例",
  },
};
