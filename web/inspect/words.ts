/** The inspector's words, beside those that the components shared with the desk need. Chinese unless asked otherwise. */
import { createI18n } from "vue-i18n";
import sharedEn from "@/i18n/en.shared";
import sharedZh from "@/i18n/zh.shared";

const zh = {
  title: "现场巡查",
  tab: { tasks: "任务", shoot: "拍照", outbox: "待传", me: "我的", label: "主导航" },
  net: { offline: "没有网络,照常拍照和填写", kept: "{photos} 张照片、{records} 份记录还在手机里,有网自动上传", none: "手机里没有待传的内容", signedOut: "登录已过期,照片和记录仍在手机里。请重新登录后继续上传。" },
  tasks: {
    title: "今日任务", none: "今天没有要核实的地方", noneWhy: "仍可以在“拍照”里给任何一处拍照、填进度。", of: "今天 {n} 项", due: "{time} 前", go: "去拍", taken: "已存 {n} 张",
    noRound: "还没有取到任务", noRoundWhy: "连上网络并登录后会自动取到,之后没有网络也能看。", stale: "任务取于 {time}", refresh: "刷新", leftOut: "另有 {n} 个工地没有任务,未带到手机。", sites: "工地",
  },
  shoot: {
    title: "拍照与填报", site: "工地", building: "楼栋", item: "工作项", wholeSite: "整个工地", noItem: "不填进度,只拍照", take: "拍照", choose: "从相册选", photos: "照片",
    masked: "已打码 {n} 处 · 可补涂", unmasked: "没有打码 · 有人脸或车牌请涂抹", cannotFind: "本机不能自动识别人脸,请检查并涂抹", maskTitle: "涂抹人脸和车牌", maskHow: "用手指划过要遮住的地方", undo: "撤销一处", done: "好了", remove: "不要这张",
    reached: "各阶段做到第几层", storeysOf: "共 {n} 层", storey: "{n} 层", less: "少一层", more: "多一层", steps: "已完成的步骤", share: "累计完成", percentOf: "百分之几",
    equals: "相当于 {value}", platform: "平台现值 {value} ± {half}", platformNone: "平台还没有实测值", agrees: "相符", differs: "相差较大,平台会请第三人核实", unknown: "",
    note: "备注", notePlace: "写一句现场情况(可不填)", save: "存到手机", saving: "正在存第 {n} / {of} 张", saved: "已存到手机:{photos} 张照片,{records} 份记录", phoneTime: "{time}(手机时间)",
    inside: "围挡内 · 误差 {m} 米", near: "离围挡 {far} 米 · 误差 {m} 米", placeKnown: "已取得位置 · 误差 {m} 米", placing: "正在取位置", noPlace: "没有位置,由平台人工核对", gcj: "位置由平台核对(围挡为火星坐标)",
    needPhoto: "请先拍照:合同要求附照片", needSomething: "请拍照,或填进度、备注", needSite: "请先选工地", unreadable: "这张打不开:{name}。请用 JPEG 或 PNG", full: "手机存不下了,请腾出空间再存(照片没有丢,还在这个页面)",
    claimAs: { self_report: "以施工方自报记录", supervisor: "以监理核查记录", inspector: "以巡查核查记录" },
  },
  outbox: {
    title: "待传", still: "张还在手机里", records: "{n} 份记录随照片之后上传", speed: "{speed} kB/s · 约 {time}", resume: "断了从断点接着传,关掉也不丢。", sending: "正在上传", waiting: "等网络恢复", held: "等 WLAN", idle: "都到平台了", signedOut: "等重新登录",
    queued: "排队", part: "上传中 {n}%", partBroken: "上传中 {n}%(已断 {breaks} 次)", partQueued: "已传 {n}%,等网络(已断 {breaks} 次)", broken: "排队(已断 {breaks} 次)", refused: "平台退回:{why}", retry: "再试一次", drop: "删除", dropSure: "确定从手机删除?平台还没有收到。", keep: "留着",
    arrived: "今天已到平台 {n} 张,平台回执后才从手机删除", wifiOnly: "只在 WLAN 下上传", any: "任何网络都上传", now: "现在上传", record: "进度记录", others: "手机里还有别人存的 {n} 项,要由本人登录后上传。", minutes: "{n} 分钟", seconds: "{n} 秒",
  },
  me: {
    title: "我的", messages: "消息", noMessages: "还没有消息", unread: "{n} 条未读", name: "姓名", user: "用户名", signOut: "退出登录", signOutKeeps: "退出后,还没传的内容仍留在手机里,等您再登录。", signIn: "登录", lang: "语言", theme: "外观", kept: "浏览器承诺不清理本页的数据", notKept: "浏览器可能在空间不足时清理本页数据:请添加到主屏幕,并尽早上传", again: "重新登录",
    insecure: "这个地址不是 https,手机浏览器不允许离线保存和计算指纹。请向管理员要 https 地址。", install: "在浏览器菜单里选“添加到主屏幕”,没有网络也能打开。", version: "数据只发给本平台。",
  },
};

const en: typeof zh = {
  title: "Site inspection",
  tab: { tasks: "Tasks", shoot: "Photo", outbox: "To send", me: "Me", label: "Main" },
  net: { offline: "No network: go on taking photos and notes", kept: "{photos} photos and {records} records are still on this phone; they go by themselves", none: "Nothing on this phone waits to be sent", signedOut: "The login has expired. Photos and records are still on this phone; sign in to go on sending." },
  tasks: {
    title: "Today's tasks", none: "Nothing to check today", noneWhy: "You can still take photos of any place and tell how far it is under \"Photo\".", of: "{n} today", due: "until {time}", go: "Take photos", taken: "{n} saved",
    noRound: "No tasks fetched yet", noRoundWhy: "They come by themselves once there is a network and you are signed in, and stay when it is gone.", stale: "Tasks as of {time}", refresh: "Refresh", leftOut: "{n} more sites without tasks were not taken along.", sites: "Sites",
  },
  shoot: {
    title: "Photo and progress", site: "Site", building: "Building", item: "Work item", wholeSite: "The whole site", noItem: "Photos only, no progress", take: "Take a photo", choose: "From the album", photos: "Photos",
    masked: "{n} regions covered · cover more", unmasked: "Nothing covered · cover faces and plates", cannotFind: "This phone cannot find faces by itself: look and cover them", maskTitle: "Cover faces and plates", maskHow: "Draw over what must not be recognised", undo: "Undo one", done: "Done", remove: "Drop this photo",
    reached: "Storeys reached by stage", storeysOf: "{n} storeys", storey: "{n} storeys", less: "One storey less", more: "One storey more", steps: "Steps that are done", share: "Done so far", percentOf: "percent",
    equals: "Equals {value}", platform: "platform now {value} ± {half}", platformNone: "the platform has measured nothing yet", agrees: "agrees", differs: "differs much: a third person will be asked", unknown: "",
    note: "Note", notePlace: "A sentence on the site (may be empty)", save: "Save on this phone", saving: "Saving {n} of {of}", saved: "Saved on this phone: {photos} photos, {records} records", phoneTime: "{time} (phone's time)",
    inside: "on the site · ± {m} m", near: "{far} m from the fence · ± {m} m", placeKnown: "position known · ± {m} m", placing: "finding the position", noPlace: "no position: somebody at the centre will check", gcj: "position is checked at the centre (fence in GCJ-02)",
    needPhoto: "Take a photo first: the contract asks for one", needSomething: "Take a photo, or tell progress or a note", needSite: "Choose a site first", unreadable: "{name} cannot be opened. Use JPEG or PNG", full: "The phone is full: make room and save again (nothing is lost, the photos are still on this page)",
    claimAs: { self_report: "recorded as the builder's own report", supervisor: "recorded as the supervisor's check", inspector: "recorded as an inspector's check" },
  },
  outbox: {
    title: "To send", still: "photos still on this phone", records: "{n} records follow the photos", speed: "{speed} kB/s · about {time}", resume: "It goes on where it broke off; closing loses nothing.", sending: "Sending", waiting: "Waiting for the network", held: "Waiting for Wi-Fi", idle: "Everything is at the centre", signedOut: "Waiting for you to sign in",
    queued: "waiting", part: "sending {n}%", partBroken: "sending {n}% (broke off {breaks} times)", partQueued: "{n}% sent, waiting for the network (broke off {breaks} times)", broken: "waiting (broke off {breaks} times)", refused: "Sent back: {why}", retry: "Try again", drop: "Delete", dropSure: "Delete it from this phone? The centre does not have it.", keep: "Keep it",
    arrived: "{n} photos arrived today; they leave the phone only with the centre's receipt", wifiOnly: "Send over Wi-Fi only", any: "Send over any network", now: "Send now", record: "Progress record", others: "{n} things saved by somebody else wait on this phone for their owner to sign in.", minutes: "{n} min", seconds: "{n} s",
  },
  me: {
    title: "Me", messages: "Messages", noMessages: "No messages yet", unread: "{n} unread", name: "Name", user: "User", signOut: "Sign out", signOutKeeps: "What is not sent yet stays on this phone until you sign in again.", signIn: "Sign in", lang: "Language", theme: "Appearance", kept: "The browser promises to keep this page's data", notKept: "The browser may clear this page's data when space is short: add it to the home screen and send soon", again: "Sign in again",
    insecure: "This address is not https: browsers then allow neither offline keeping nor fingerprints. Ask for the https address.", install: "Choose \"Add to home screen\" in the browser's menu: it then opens without a network.", version: "Data goes to this platform only.",
  },
};

export const i18n = createI18n({
  legacy: false,
  locale: "zh",
  fallbackLocale: false,
  messages: { zh: { ...sharedZh, inspect: zh }, en: { ...sharedEn, inspect: en } },
});

const KEPT = "siteprogress.lang";

/** The language of the address, else the one chosen before on this phone. */
export function beginLang(): void {
  const asked = new URLSearchParams(location.search).get("lang");
  chooseLang((asked ?? localStorage.getItem(KEPT)) === "en" ? "en" : "zh");
}

export function chooseLang(lang: "zh" | "en"): void {
  localStorage.setItem(KEPT, lang);
  i18n.global.locale.value = lang;
  document.documentElement.lang = lang === "en" ? "en" : "zh-CN";
  document.title = i18n.global.t("inspect.title");
}
