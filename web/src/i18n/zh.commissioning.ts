/** Words of the commissioning page, in Chinese. */
export default {
  commissioning: {
    title: "标定摄像头 {camera}", link: "标定", reason: "调取参考帧的理由", reasonHint: "例:机位移动后重新标定", needReason: "请写明理由,至少四个字", askNow: "调取参考帧", askAgain: "重新调取", askNote: "理由记入审计,每次查看都有登记。画面中的人车和楼前地面已打码,隐私遮罩为黑色。",
    noFrame: "还没有参考帧", noFrameText: "说明理由并调取:网关用下一张可信的画面回答,并附上现在的标定和它的猜测。", newFrame: "另取一张参考帧",
    ask: { waiting: "{by} 于 {time} 调取,等网关回答", overdue: "{time} 的调取到期没有回答,请重新调取", refused: "{time} 的调取,网关没有给", expired: "{time} 的调取,到期前没有可信的画面" },
    askOnline: "网关在线,下一张可信画面到了就会回来。", askAway: "网关不在线:已记下,它回来后会回答({time} 前有效)。", gatewaySays: "网关说:",
    moved: "摄像头报告已移位。移位期间的画面不可信,调取要等它复位,或在现场用命令行标定。", frameOld: "参考帧摄于 {time},早于现在生效的标定;线按现在的标定画,最好重新调取一张。",
    overtaken: "有人刚给这个网关下发了另一份配置。", keepMine: "保留我的改动,覆盖下发", takeTheirs: "放弃我的改动,用新的",
    working: "正在计算", unsaved: "有未下发的改动", undo: "撤销", send: "下发到网关", sendNot: "还不能下发:{why}", nothingChanged: "没有改动", hasErrors: "有 {n} 处错误", masksFirst: "请先确认遮罩", leave: "改动还没有下发,离开就会丢失。确定离开吗?",
    canvas: "{camera} 的参考帧和标定线", hold: { row: "第 {n} 条层线", col: "第 {n} 条跨线", corner: "{n}角" }, cornerName: { 0: "左下", 1: "右下", 2: "右上", 3: "左上" }, open: "尚看不见,推算", point: "第 {n} 个折点", mask: "隐私遮罩", anchor: "锚区 {n}",
    hidden: { outside: "在画面之外,不能判读", masked: "被隐私遮罩挡住", small: "太小,不能判读", oblique: "太斜,不能判读" },
    face: "作业面", size: "{rows} 层 × {cols} 跨", zoom: "放大", keys: "Tab 换线,方向键移 1 px,Shift+方向键移 10 px,Delete 删去选中的线或区域,Ctrl+Z 撤销。", frameNote: "参考帧 {time},已登记调取。", stillComes: "参考帧已拍,图片正在上传。",
    rows: "层数", cols: "跨数", building: "楼栋编号", setNumbers: "改数目", chosenLine: "选中的线", addLine: "其后加一条线", removeLine: "删去此线", openLine: "看不见,留给推算", addMask: "加隐私遮罩", addAnchor: "加锚区", useGuess: "用网关的猜测", chooseLine: "先点一条线,或用 Tab 选中。", newFace: "作业面增减", faceName: "新作业面编号", needFace: "请填写编号", faceThere: "已有这个作业面", drawFace: "画在画面中间", removeFace: "删去作业面 {face}",
    preview: "格网预览", storeyPx: "每层像素", px: "{n}(最小 {least},下限 16)", unseen: "不可观测", cells: "{n} / {of} 格", share: "可观测面积", findings: "检查结果", noFindings: "没有发现问题。", severity: { error: "错误", warning: "请看", note: "说明" }, masksAsked: "已看过:画面里没有住户窗口、校园或公共道路需要遮挡",
    sent: "下发", version: "第 {n} 号 · {by}", noOrder: "这个摄像头还没有从中心下发过标定。", waiting: "等待", away: "网关不在线:回来后才会收到。",
    step: { sent: "已下发", received: "网关已收到", trial: "试运行", force: "已生效" }, outcome: { refused: "网关不接受:", rolled_back: "试用后退回:", expired: "过期未用:", overdue: "到期没有回答", superseded: "已被新的下发代替" },
    first: "{face} 首个读数", abstained: "没有结论({why})", coverage: "覆盖 {share}", noFirst: "等首个读数。",
  },
};
