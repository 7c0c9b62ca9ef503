"""When, what after a try, what an answer means, what an address is, what a letter says: tables."""

from __future__ import annotations

import smtplib
from pathlib import Path
from typing import Any

import pytest
import requests

from central.domain import Text
from central.errors import SettingsError
from central.notify.aftermath import Answer, Next, Tried, backoff_ms, following
from central.notify.answers import http_answer, http_trouble, scrubbed, smtp_trouble
from central.notify.channels import AddressRefused, addressed, through
from central.notify.composing import Part, Style, composed
from central.notify.sealing import KEY_FILE, SealBroken, sealer_of
from central.notify.timing import HOUR_MS, Hours, after_quiet, next_hour, quiet, slot_of
from central.settings import NotifySettings, Settings, mail_relay
from tests.central.notify.build import a_message, ms

NIGHT = Hours()


@pytest.mark.parametrize(
    ("at", "hours", "expected"),
    [
        ("05-20 21:59", NIGHT, False),
        ("05-20 22:00", NIGHT, True),
        ("05-21 00:00", NIGHT, True),
        ("05-21 06:59", NIGHT, True),
        ("05-21 07:00", NIGHT, False),
        ("05-20 12:30", Hours(quiet_from=12, quiet_to=14), True),
        ("05-20 14:00", Hours(quiet_from=12, quiet_to=14), False),
        ("05-20 03:00", Hours(quiet_from=0, quiet_to=0), False),
    ],
)
def test_quiet_hours_are_the_districts(at: str, hours: Hours, expected: bool) -> None:
    assert quiet(ms(at), hours) is expected
    assert after_quiet(ms(at), hours) == (next_hour(ms(at), hours.quiet_to) if expected else ms(at))


@pytest.mark.parametrize(
    ("message", "kind", "due"),
    [
        (a_message(), "single", "05-20 10:00"),
        (a_message(level="red", urgent=True), "single", "05-20 10:00"),
        (a_message(level="blue"), "digest", "05-21 08:00"),
        (a_message(level="blue", kind="escalation"), "digest", "05-21 08:00"),
        (a_message(level="blue", kind="press"), "single", "05-20 10:00"),
        (a_message(level="blue", urgent=True), "single", "05-20 10:00"),
        (a_message(not_before_ms=ms("05-20 23:00")), "single", "05-21 07:00"),
        (a_message(level=None, not_before_ms=ms("05-22 09:00")), "single", "05-22 09:00"),
    ],
)
def test_a_message_has_its_slot(message: Any, kind: str, due: str) -> None:
    slot = slot_of(message, number=7, now_ms=ms("05-20 10:00"), hours=NIGHT)
    assert (slot.kind, slot.due_ms, slot.key) == (kind, ms(due), ms(due) if kind == "digest" else 7)


DOWN, REFUSED = Answer(outcome="down", words=""), Answer(outcome="refused", words="")


@pytest.mark.parametrize(
    ("answer", "hours_h", "urgent", "others", "expected"),
    [
        (Answer(outcome="sent", words=""), 0, False, True, ("sent", 0, False)),
        (DOWN, 0, False, False, ("waiting", 5_000, False)),
        (Answer(outcome="unknown", words=""), 0, False, False, ("waiting", 5_000, False)),
        (Answer(outcome="down", words="", retry_ms=60_000), 0, False, False, ("waiting", 60_000, False)),
        (REFUSED, 0, False, True, ("waiting", 0, True)),
        (REFUSED, 0, False, False, ("failed", 0, False)),
        (DOWN, 5.99, False, True, ("waiting", 5_000, False)),
        (DOWN, 6, False, True, ("waiting", 0, True)),
        (DOWN, 0.25, True, True, ("waiting", 0, True)),
        (DOWN, 71.99, False, False, ("waiting", 5_000, False)),
        (DOWN, 72, False, False, ("failed", 0, False)),
    ],
)
def test_what_follows_a_try(
    answer: Answer, hours_h: float, urgent: bool, others: bool, expected: tuple[Any, int, bool]
) -> None:
    now_ms = 10**9
    tried = Tried(tries=1, since_ms=now_ms - int(hours_h * HOUR_MS), now_ms=now_ms, urgent=urgent, others=others)
    state, wait_ms, turn = expected
    assert following(answer, tried, chance=1.0) == Next(state=state, at_ms=now_ms + wait_ms, turn=turn)


def test_waits_double_to_a_bound_and_spread_over_their_upper_half() -> None:
    assert [backoff_ms(tries, urgent=False, chance=1.0) // 1000 for tries in (1, 2, 3, 8, 9, 400)] == [
        5, 10, 20, 640, 900, 900
    ]  # fmt: skip
    assert [backoff_ms(tries, urgent=True, chance=1.0) // 1000 for tries in (5, 6, 400)] == [80, 120, 120]
    assert backoff_ms(3, urgent=False, chance=0.0) == 10_000


def response(status: int, body: str = "", **headers: str) -> requests.Response:
    """An answer as requests gives it."""
    found = requests.Response()
    found.status_code, found._content, found.reason = status, body.encode(), "R"
    found.headers.update(headers)
    return found


@pytest.mark.parametrize(
    ("body", "outcome", "words"),
    [
        ('{"errcode":0,"errmsg":"ok"}', "sent", "0 ok"),
        ('{"errcode":310000,"errmsg":"keywords not in content"}', "refused", "310000 keywords not in content"),
        ('{"errcode":130101,"errmsg":"send too fast"}', "down", "130101 send too fast"),
        ('{"errcode":45009,"errmsg":"api freq out of limit"}', "down", "45009 api freq out of limit"),
        ('{"errcode":93000,"errmsg":"invalid webhook url"}', "refused", "93000 invalid webhook url"),
        ('{"code":0,"msg":"success","data":{}}', "sent", "0 success"),
        ('{"code":19024,"msg":"Key Words Not Found"}', "refused", "19024 Key Words Not Found"),
        ('{"StatusCode":0,"StatusMessage":"success"}', "sent", "0 success"),
        ("<html>a proxy's page", "refused", "HTTP 200 without a verdict: <html>a proxy's page"),
        ("[]", "refused", "HTTP 200 without a verdict: []"),
        ("{}", "refused", "HTTP 200 without a verdict: {}"),
    ],
)
def test_a_robots_verdict_is_in_the_body(body: str, outcome: str, words: str) -> None:
    answer = http_answer(response(200, body), robot=True)
    assert (answer.outcome, answer.words) == (outcome, words)


@pytest.mark.parametrize(
    ("given", "outcome", "retry_ms"),
    [
        (response(200), "sent", 0),
        (response(204), "sent", 0),
        (response(302), "refused", 0),
        (response(400), "refused", 0),
        (response(404, "no such hook"), "refused", 0),
        (response(408), "down", 0),
        (response(429, **{"Retry-After": "30"}), "down", 30_000),
        (response(503, **{"Retry-After": "99999"}), "down", 3_600_000),
        (response(503, **{"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}), "down", 0),
    ],
)
def test_what_a_status_means(given: requests.Response, outcome: str, retry_ms: int) -> None:
    answer = http_answer(given, robot=False)
    assert (answer.outcome, answer.retry_ms) == (outcome, retry_ms)
    assert answer.words.startswith(f"HTTP {given.status_code}")


@pytest.mark.parametrize(
    ("broken", "outcome"),
    [
        (requests.exceptions.ConnectTimeout(), "down"),
        (requests.exceptions.SSLError("https://h/secret"), "down"),
        (requests.exceptions.ReadTimeout(), "unknown"),
        (requests.exceptions.ConnectionError("reset: https://h/secret"), "unknown"),
        (requests.exceptions.InvalidURL("https://h/secret"), "refused"),
    ],
)
def test_what_no_answer_means(broken: requests.RequestException, outcome: str) -> None:
    answer = http_trouble(broken)
    assert answer.outcome == outcome
    assert "secret" not in answer.words


@pytest.mark.parametrize(
    ("broken", "connected", "outcome"),
    [
        (smtplib.SMTPAuthenticationError(535, b"bad password"), False, "down"),
        (ConnectionRefusedError(), False, "down"),
        (smtplib.SMTPRecipientsRefused({"a@b.cn": (550, b"no such user")}), True, "refused"),
        (smtplib.SMTPRecipientsRefused({"a@b.cn": (451, b"greylisted")}), True, "down"),
        (smtplib.SMTPSenderRefused(550, b"not you", "c@d.cn"), True, "refused"),
        (smtplib.SMTPDataError(554, b"spam"), True, "refused"),
        (smtplib.SMTPDataError(452, b"full"), True, "down"),
        (smtplib.SMTPServerDisconnected("lost"), True, "unknown"),
        (TimeoutError(), True, "unknown"),
    ],
)
def test_what_a_mail_servers_trouble_means(broken: Exception, connected: bool, outcome: str) -> None:
    assert smtp_trouble(broken, connected=connected).outcome == outcome


@pytest.mark.parametrize(
    ("typed", "channel", "url", "shown"),
    [
        ("zhang.san@pukou.gov.cn", "email", "zhang.san@pukou.gov.cn", "z…@pukou.gov.cn"),
        ("https://oapi.dingtalk.com/robot/send?access_token=abc1", "dingtalk", "dingtalk://abc1/", "abc…"),
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k-1-2", "wecom", "wecombot://k-1-2/", "k-1…"),
        ("https://open.feishu.cn/open-apis/bot/v2/hook/f-1-2", "feishu", "feishu://f-1-2/", "f-1…"),
        ("dingtalk://SEC1@tok/13800000000", "dingtalk", "dingtalk://SEC1@tok/13800000000", "tok…"),
        (" jsons://hooks.example.cn/x ", "webhook", "jsons://hooks.example.cn/x", "hooks.example.cn"),
        ("mailtos://u:p@smtp.x.cn?to=a@b.cn", "email", "mailtos://u:p@smtp.x.cn?to=a@b.cn", "smtp.x.cn"),
    ],
)
def test_an_address_as_people_type_it(typed: str, channel: str, url: str, shown: str) -> None:
    found = addressed(typed)
    assert (found.channel, found.url, found.shown) == (channel, url, shown)
    assert url not in repr(found)


@pytest.mark.parametrize(
    "typed",
    [
        "", "zhang", "@x.cn", "a b@x.cn", "syslog://", "dbus://x", "file:///etc/passwd", "https://evil.cn/hook/s3cret",
        "json://", "json://h:99999/", "https://open.feishu.cn/other/s3cret", "json://h/\nx",
    ],
)  # fmt: skip
def test_other_things_are_no_address_and_are_not_repeated(typed: str) -> None:
    with pytest.raises(AddressRefused, match="expected an e-mail address") as refused:
        addressed(typed)
    assert "s3cret" not in str(refused.value)


def test_mail_goes_through_the_relay() -> None:
    assert through("mailtos://u:p@smtp.x.cn:465?mode=ssl", "a+b@c.cn") == (
        "mailtos://u:p@smtp.x.cn:465?mode=ssl&to=a%2Bb@c.cn"
    )
    assert through("mailto://h", "a@c.cn") == "mailto://h?to=a@c.cn"


def test_words_keep_nothing_of_an_address() -> None:
    said = "550 <zhang@x.cn> +86 138-0000-1111\n at /hook/t0ken " + "x" * 400
    words = scrubbed(said, ["t0ken", "", "at"])
    assert words.startswith("550 <…> … at /hook/… xxx")
    assert len(words) == 300


PART = Part(subject=Text(zh="甲\n乙", en="A"), body=Text(zh="丙", en="C"), link="/w")


@pytest.mark.parametrize(
    ("style", "title", "text"),
    [
        (Style(), "甲 乙 / A", "丙\n\nC"),
        (Style(language="zh", pages_url="https://h/"), "甲 乙", "丙\n\nhttps://h/w"),
        (Style(language="en"), "A", "C"),
    ],
)
def test_a_letter(style: Style, title: str, text: str) -> None:
    letter = composed([PART], digest=False, token="t", urgent=True, style=style)
    assert (letter.title, letter.text, letter.token, letter.urgent) == (title, text, "t", True)


def test_a_digest_numbers_its_parts() -> None:
    letter = composed(
        [PART, PART], digest=True, token="t", urgent=False, style=Style(language="en", pages_url="https://h")
    )
    assert letter.title == "Daily digest of blue warnings: 2"
    assert letter.text == "1. A\nC\nhttps://h/w\n\n2. A\nC\nhttps://h/w"


def test_an_address_opens_with_its_key_for_its_person_only(tmp_path: Path) -> None:
    sealer = sealer_of(tmp_path)
    assert sealer_of(tmp_path) == sealer
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o077 == 0
    sealed = sealer.seal("a@b.cn", person="owner")
    assert "a@b" not in sealed
    assert sealed != sealer.seal("a@b.cn", person="owner")
    assert sealer.open(sealed, person="owner") == "a@b.cn"
    for broken, person in ((sealed, "boss"), (f"{sealed[:-8]}AAAAAAA=", "owner"), (f"{sealer.key_name}.!", "owner")):
        with pytest.raises(SealBroken, match="changed"):
            sealer.open(broken, person=person)
    other = sealer_of(tmp_path / "other")
    with pytest.raises(SealBroken, match=f"sealed with key {sealer.key_name}.*expected key {other.key_name}"):
        other.open(sealed, person="owner")
    (tmp_path / KEY_FILE).chmod(0o644)
    with pytest.raises(ValueError, match="readable by others"):
        sealer_of(tmp_path)


@pytest.mark.parametrize(
    ("content", "good"),
    [
        ("mailtos://u:hunter2@smtp.x.cn:465?mode=ssl&from=a@b.cn\n", True),
        ("mailto://127.0.0.1:25?from=a@b.cn", True),
        ("smtp://u:hunter2@smtp.x.cn", False),
        ("mailto://smtp.x.cn/to@x.cn", False),
        ("hunter2", False),
    ],
)
def test_the_mail_servers_file(tmp_path: Path, content: str, good: bool) -> None:
    file = tmp_path / "mail"
    file.write_text(content)
    settings = Settings(data_dir=tmp_path, notify=NotifySettings(mail_file=file))
    if good:
        assert mail_relay(settings) == content.strip()
        return
    with pytest.raises(SettingsError, match=r"holds no mail server at notify\.mail_file") as refused:
        mail_relay(settings)
    assert "hunter2" not in str(refused.value).replace(str(file), "")
