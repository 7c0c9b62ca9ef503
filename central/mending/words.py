"""The words of mending in both languages: states, acts and seats, one word each everywhere."""

from __future__ import annotations

from central.domain import Text
from central.mending.case import CaseState, RectificationState

STATE_WORDS: dict[CaseState, Text] = {
    "open": Text(zh="触发", en="raised"),
    "pushed": Text(zh="推送", en="pushed"),
    "acknowledged": Text(zh="确认", en="acknowledged"),
    "assigned": Text(zh="派单", en="assigned"),
    "rectifying": Text(zh="整改", en="rectifying"),
    "evidence": Text(zh="证据", en="evidence submitted"),
    "recovered": Text(zh="已恢复待核验", en="recovered, to be verified"),
    "verified": Text(zh="核验", en="verified"),
    "closed": Text(zh="关闭", en="closed"),
    "waived": Text(zh="豁免", en="waived"),
    "false_alarm": Text(zh="误报", en="false alarm"),
    "withdrawn": Text(zh="已撤销", en="withdrawn"),
}
RECTIFICATION_WORDS: dict[RectificationState, Text] = {
    "draft": Text(zh="草稿", en="draft"),
    "assigned": Text(zh="派单", en="assigned"),
    "rectifying": Text(zh="整改", en="rectifying"),
    "evidence": Text(zh="证据", en="evidence submitted"),
    "verified": Text(zh="核验", en="verified"),
    "cancelled": Text(zh="已取消", en="cancelled"),
}
ACT_WORDS = {
    "push": Text(zh="推送", en="push"),
    "acknowledge": Text(zh="确认", en="acknowledge"),
    "assign": Text(zh="派单", en="assign"),
    "issue": Text(zh="派单", en="issue"),
    "start": Text(zh="开始整改", en="start"),
    "submit": Text(zh="提交证据", en="submit evidence"),
    "verify": Text(zh="核验通过", en="verify"),
    "settle": Text(zh="核验通过", en="verify"),
    "return": Text(zh="退回", en="return"),
    "waive": Text(zh="豁免", en="waive"),
    "false_alarm": Text(zh="判为误报", en="mark as false alarm"),
    "cause": Text(zh="登记原因", en="record the cause"),
    "coordinate": Text(zh="答复协调", en="answer the coordination"),
    "press": Text(zh="督办", en="press for action"),
    "note": Text(zh="批示", en="leave a note"),
    "cancel": Text(zh="取消", en="cancel"),
    "recover": Text(zh="恢复", en="recover"),
    "relapse": Text(zh="再次触发", en="relapse"),
    "reopen": Text(zh="重新打开", en="reopen"),
    "escalate": Text(zh="升级", en="escalate"),
    "close": Text(zh="关闭", en="close"),
    "withdraw": Text(zh="撤销", en="withdraw"),
}
SEAT_WORDS = {
    "project_owner": Text(zh="项目负责人", en="project owner"),
    "leader": Text(zh="分管领导", en="supervising leader"),
    "dept_head": Text(zh="部门负责人", en="department head"),
    "district_leader": Text(zh="区领导", en="district leader"),
    "finance": Text(zh="财政", en="finance"),
    "discipline": Text(zh="纪检", en="discipline inspection"),
    "section": Text(zh="科长", en="section head"),
    "clerk": Text(zh="专员", en="clerk"),
    "supervisor": Text(zh="监理", en="construction supervisor"),
    "contractor": Text(zh="施工单位", en="contractor"),
    "inspector": Text(zh="巡查员", en="inspector"),
    "responsible": Text(zh="责任人", en="responsible person"),
    "department": Text(zh="协调部门", en="coordinating department"),
}


def listed(words: list[Text]) -> Text:
    """Several words as one, in the order given."""
    return Text(zh="、".join(word.zh for word in words), en=" or ".join(word.en for word in words))


EVENT_WORDS: dict[str, Text] = {
    "raised": STATE_WORDS["open"],
    "drafted": RECTIFICATION_WORDS["draft"],
    "told": Text(zh="补充推送", en="told more people"),
    "unrouted": Text(zh="无人可推送", en="nobody to tell"),
    "read": Text(zh="已读", en="read"),
    "redated": Text(zh="时间更正", en="dated anew"),
    "escalated": Text(zh="升级", en="escalated"),
    "eased": Text(zh="降级", en="eased"),
    "relapsed": Text(zh="再次触发", en="relapsed"),
    "reopened": Text(zh="重新打开", en="re-opened"),
    "cleared": Text(zh="指标恢复", en="facts cleared"),
    "returned": Text(zh="退回", en="returned"),
    "caused": Text(zh="登记原因", en="cause recorded"),
    "coordinated": Text(zh="协调答复", en="coordination answered"),
    "pressed": Text(zh="督办", en="pressed for action"),
    "noted": Text(zh="批示", en="note"),
    "ack_missed": Text(zh="逾期未确认", en="not acknowledged in time"),
    "measure_missed": Text(zh="逾期未登记措施", en="no measure in time"),
    "verify_missed": Text(zh="逾期未核验", en="not verified in time"),
    "review": Text(zh="每周复核", en="weekly review"),
    "reminder": Text(zh="到期提醒", en="reminder"),
    "overdue": Text(zh="逾期提醒", en="overdue"),
    "cancelled": RECTIFICATION_WORDS["cancelled"],
    **{str(state): word for state, word in STATE_WORDS.items() if state != "open"},
}
"""What happened, by event; events that lead to a state bear its word."""
