"""DingTalk, WeCom and Feishu as apprise speaks to them, with the verdict that their 200s hold."""

from __future__ import annotations

import pytest
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.wecombot import NotifyWeComBot

from central.notify.channels import addressed
from central.notify.composing import Letter
from central.notify.sending import Sender
from tests.central.notify.providers import a_receiver

LETTER = Letter(title="预警", text="三号楼滞后一周", token="t1", urgent=True)


@pytest.mark.parametrize(
    ("kind", "path", "typed", "good", "bad"),
    [
        (
            NotifyDingTalk,
            "/robot/send?access_token={token}",
            "dingtalk://abc123/",
            '{"errcode":0}',
            '{"errcode":310000}',
        ),
        (NotifyWeComBot, "/cgi-bin/webhook/send?key={key}", "wecombot://k-1-2/", '{"errcode":0}', '{"errcode":93000}'),
        (NotifyFeishu, "/open-apis/bot/v2/hook/{token}/", "feishu://f-1-2/", '{"code":0}', '{"code":19024}'),
    ],
)
def test_a_robot_says_200_and_means_its_body(
    monkeypatch: pytest.MonkeyPatch, kind: type, path: str, typed: str, good: str, bad: str
) -> None:
    answers = [good, bad]
    with a_receiver(say=lambda before: (200, answers[before])) as robot:
        monkeypatch.setattr(kind, "notify_url", f"http://127.0.0.1:{robot.port}{path}")  # its servers, on the loopback
        sender = Sender(timeout_s=20.0)
        assert [sender.send(addressed(typed), LETTER).outcome for _ in answers] == ["sent", "refused"]
    said = str(robot.got[0].body)
    assert "预警" in said
    assert "三号楼滞后一周" in said


@pytest.mark.parametrize("typed", ["dingtalk://to-ken!/", "wecombot://!!/"])
def test_an_address_apprise_does_not_take_is_refused(typed: str) -> None:
    answer = Sender().send(addressed(typed), LETTER)
    assert (answer.outcome, answer.words[:21]) == ("refused", "apprise takes it for ")


def test_plain_mail_without_a_server_waits_for_one() -> None:
    answer = Sender().send(addressed("a@b.cn"), LETTER)
    assert answer.outcome == "down"
    assert "notify.mail_file" in answer.words
