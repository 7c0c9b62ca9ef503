"""Every form of the web application with a wrong input: who sits before it, what is typed, what stands where."""

from __future__ import annotations

from dataclasses import dataclass, field

Typed = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """`opens`: what is pressed first. `typed`: control -> value. `asked`: the field that has the message."""

    name: str
    path: str
    until: str
    send: str
    asked: str
    says: dict[str, str]
    who: str | None = "leader"
    opens: tuple[str, ...] = ()
    typed: Typed = field(default_factory=dict)


FORMS = (
    Form(
        name="login",
        who=None,
        path="/login",
        until="#username",
        typed={"#password": "x"},
        send="button[type=submit]",
        asked="#username",
        says={"zh": "请填写用户名", "en": "Enter the user name"},
    ),
    Form(
        name="phone's login",
        who=None,
        path="/inspect/",
        until="#username",
        typed={"#username": "owner"},
        send="button[type=submit]",
        asked="#password",
        says={"zh": "请填写密码", "en": "Enter the password"},
    ),
    Form(
        name="ledger: the first day after the last",
        path="/audit/ledger?from=2026-05-03&to=2026-05-31",
        until=".sum",
        typed={"form.ask input[type=date] >> nth=0": "2026-06-30"},
        send="form.ask button",
        asked="form.ask input[type=date] >> nth=1",
        says={"zh": "起日晚于止日", "en": "first day"},
    ),
    Form(
        name="ledger: no day",
        path="/audit/ledger?from=2026-05-03&to=2026-05-31",
        until=".sum",
        typed={"form.ask input[type=date] >> nth=0": ""},
        send="form.ask button",
        asked="form.ask input[type=date] >> nth=0",
        says={"zh": "请填写起", "en": "is missing"},
    ),
    Form(
        name="order: no day",
        who="owner",
        path="/warnings?group=ack",
        until="#order-person",
        typed={
            "#order-person": "builder",
            "#order-measure": "加一个班组",
            "#order-acceptance_standard": "12层浇筑完成",
        },
        send="form.form button[type=submit]",
        asked="#order-due",
        says={"zh": "请选完成日期", "en": "day"},
    ),
    Form(
        name="order: a person whom nobody knows",
        who="owner",
        path="/warnings?group=ack",
        until="#order-person",
        typed={
            "#order-person": "nobody-known",
            "#order-measure": "加一个班组",
            "#order-due": "2026-12-05",
            "#order-acceptance_standard": "12层浇筑完成",
        },
        send="form.form button[type=submit]",
        asked="#order-person",
        says={"zh": "nobody-known", "en": "nobody-known"},
    ),
    Form(
        name="waiver without a reason",
        path="/warnings?group=open",
        until=".detail .dots",
        opens=(".acts button[aria-label]", ".acts button >> nth=-1"),
        typed={"form.ask textarea": " "},
        send="form.ask button[type=submit]",
        asked="form.ask textarea",
        says={"zh": "请写明内容", "en": "Say something"},
    ),
    Form(
        name="goal: a weight that is none",
        path="/evaluation/2026/goals",
        until="main .goal",
        opens=("section .head button",),
        typed={
            "#goal-text": "2026-12-31前完成3个小区改造,完成率≥95%",
            "#goal-id": "estates",
            "#goal-owner": "leader",
            "#goal-target": "95",
            "#goal-due": "2026-12-31",
            "#goal-weight": "3",
        },
        send="form.form button[type=submit]",
        asked="#goal-weight",
        says={"zh": "须在 0 到 1 之间", "en": "between 0 and 1"},
    ),
    Form(
        name="goal: ends before it begins",
        path="/evaluation/2026/goals",
        until="main .goal",
        opens=("section .head button",),
        typed={
            "#goal-text": "完成率≥95%",
            "#goal-id": "e",
            "#goal-owner": "leader",
            "#goal-target": "95",
            "#goal-due": "2025-12-31",
        },
        send="form.form button[type=submit]",
        asked="#goal-due",
        says={"zh": "止日早于起日", "en": "ends before"},
    ),
    Form(
        name="goal: an id that the centre does not take",
        path="/evaluation/2026/goals",
        until="main .goal",
        opens=("section .head button",),
        typed={
            "#goal-text": "完成率≥95%",
            "#goal-id": "目标 一",
            "#goal-owner": "leader",
            "#goal-target": "95",
            "#goal-due": "2026-12-31",
            "#goal-weight": "1",
        },
        send="form.form button[type=submit]",
        asked="#goal-id",
        says={"zh": "应为: 英文字母、数字和 . _ -", "en": "expected: letters, digits and . _ -"},
    ),
    Form(
        name="account: a user name that the centre does not take",
        who="admin",
        path="/settings/people",
        until="main li button.row",
        opens=("main .head button",),
        typed={
            "#new-username": "zhang san",
            "#new-name": "张三",
            "#new-password": "清溪 river 42",
            "#new-scope": "区住建局",
            "#new-basis": "任职文件",
        },
        send="form.card.form button[type=submit]",
        asked="#new-username",
        says={"zh": "应为: 没有空格和斜杠的名称", "en": "expected: a name without spaces and slashes"},
    ),
    Form(
        name="points over a hundred",
        who="住建局主任",
        path="/evaluation/2025/forms",
        until=".mine form",
        typed={".mine form td input >> nth=0": "120"},
        send=".mine form button[type=submit] >> nth=0",
        asked=".mine form td input >> nth=0",
        says={"zh": "请填 0 到 100", "en": "0 to 100"},
    ),
    Form(
        name="another target, of nothing",
        who="desk",
        path="/evaluation/2025/ranking",
        until="main h2",
        opens=("main .head button",),
        typed={"#adjust-reason": "汛期停工"},
        send="form.adjust button[type=submit]",
        asked="#adjust-id",
        says={"zh": "请填写名称或编号", "en": "is missing"},
    ),
)
