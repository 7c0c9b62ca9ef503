"""What gateways say of themselves, and what is said of their messages, in Chinese beside the English that they send.

Gateways say `where: what; expected expected`, the wire `what at where: expected expected`. What has no pattern stays as
it came, so that nothing is hidden (a test asks that no refusal of an order is without).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from central.domain import Text
from central.model_words import Pattern, filled, in_chinese

_WHOLE: tuple[Pattern, ...] = (  # sentences without an "expected"
    (r"no frame looked at within (\S+) s: (.+)", "{0} 秒内没有看到画面: {1}"),
    (r"the centre did not answer within (\S+) s", "{0} 秒内没有得到中心的答复"),
    (r"the agent ended (\d+) times while it was tried", "试用期间采集程序退出了 {0} 次"),
    (r"not confirmed within (\S+) s", "{0} 秒内没有确认可用"),
    (r"this gateway sends no stills: .*", "这台网关不上传画面: 设置里没有 [centre]"),
    (r"this gateway keeps no stills: .*", "这台网关不保留画面: [evidence] enabled 为 false"),
    (r"no trusted frame of this camera came in time .*", "限期内没有可信的画面(移位、过暗、不清或离线)"),
    (r"the commissioning has (\d+) characters, expected (\d+)", "标定内容有 {0} 个字符, 至多 {1}"),
    (r"camera (.+): expected one of (.+)", "没有摄像头 {0}; 应为以下之一: {1}"),
    (r"the agent ended (\d+) times while it was prepared", "准备期间采集程序退出了 {0} 次"),
    (r"disk full: readings wait, sending goes on", "磁盘已满: 读数在等空间, 发送照常"),
    (r"(\d+) stills? set aside, the centre does not take (?:it|them)", "{0} 幅画面中心不收, 已另存在网关上"),
    (r"a frame has arrived", "画面恢复"),
    (r"the camera looks elsewhere", "摄像头转向了别处"),
    (r"the commissioned view is back", "回到了标定的视角"),
    (r"no frame for (\S+) s", "{0} 秒没有画面"),
    (r"capture hung for (\S+) s and was started again", "取图停住 {0} 秒, 已重新启动"),
    (r"frames of a gateway that is not registered", "来自未登记的网关"),
    (r"frames of a gateway that was revoked", "来自已吊销的网关"),
    (r"epoch (\S+): a frame without signature", "批次 {0}: 没有签名"),
    (r"epoch (\S+): a frame that the gateway's key did not sign", "批次 {0}: 签名不是这台网关的"),
    (r"epoch (\S+): the records on both sides of (\S+) are signed, .*",
     "批次 {0}: 记录 {1} 两侧都有签名, 但前后链值不相接; 已收下, 链从此处继续(存储曾被恢复成旧的)"),
    (r"two clients with its certificate throw each other out", "两台设备用同一证书互相顶下线"),
    (r"renewal of a certificate refused: (\S+)", "证书续期被拒: {0}"),
    (r"TLS refused: (.*); (.*)", "TLS 连接被拒: {0}; {1}"),
    (r"a gateway that was revoked speaks of itself", "已吊销的网关还在发状态"),
    (r"a gateway that is not registered speaks of itself", "未登记的网关在发状态"),
    (r"the gateway refused what was sent in the centre's name: .*", "网关拒收了冒用中心名义发来的确认或配置"),
    (r"publish refused: (.+)", "拒绝发布: {0}"),
    (r"connection refused: not authorised", "拒绝连接: 没有授权"),
    (r"subscribed beyond its own branch, nothing is delivered: (.+)", "订阅了不属于自己的主题, 不投递: {0}"),
)  # fmt: skip
_WHAT: tuple[Pattern, ...] = (
    (r"no \[centre\]", "没有 [centre]"),
    (r"content of (.+) differs", "{0} 的内容不符"),
    (r"centre answers (\d+)", "中心答复 {0}"),
    (r"longer than said", "比说明的长"),
    (r"(\d+) s late", "晚了 {0} 秒"),
    (r"(\d+) parts", "{0} 个部分"),
    (r"a part twice", "同一部分出现两次"),
    (r"sha256 (.+)", "sha256 {0}"),
    (r"name (.+)", "名称 {0}"),
    (r"camera (.+)", "摄像头 {0}"),
    (r"(\d+) bytes", "{0} 字节"),
    (r"(\d+) bytes are too few for what waits in the store", "{0} 字节不够放下还没送出的记录"),
    (r"(.+) was changed", "{0} 被改动过"),
    (r"(\d+) files", "{0} 个文件"),
    (r"file (.+)", "文件 {0}"),
    (r"file of (\d+) bytes", "文件有 {0} 字节"),
    (r"(.+) is packed by method (\d+)", "{0} 的压缩方式是 {1}"),
    (r"(.+) inflates beyond the cap", "{0} 解压后超过上限"),
    (r"told to stop", "被要求停止"),
    (r"not loaded and tried within (\S+) s", "{0} 秒内没有装载并试用完"),
    (r"ends the process that tries it \((.+)\)", "使试用它的进程退出({0})"),
    (r"exit code (\d+)", "退出码 {0}"),
    (r"id (.+)", "编号 {0}"),
    (r"gateway (.+)", "网关 {0}"),
    (r"key (.+) that the centre may not set", "{0} 不能由中心设置"),
    (r"value (.+)", "值 {0}"),
    (r"value", "值"),
    (r"schema (.+)", "格式 {0}"),
    (r"image of (\S+) x (\S+) px", "图像 {0} × {1} 像素"),
    (r"frame of (\S+) x (\S+) px", "画面 {0} × {1} 像素"),
    (r"stream of (\S+) px a frame", "码流每帧 {0} 像素"),
    (r"image data cannot be decoded", "图像数据解不开"),
    (r"JPEG without an end marker \(truncated\)", "JPEG 没有结束标记(传了一半)"),
    (r"PNG without its IEND chunk \(truncated\)", "PNG 没有结束块(传了一半)"),
    (r"JPEG header without a size", "JPEG 头里没有尺寸"),
    (r"starts with (\S+)", "开头是 {0}"),
    (r"stream cannot be opened", "码流打不开"),
    (r"stream ended or stalled", "码流中断或停住"),
    (r"(.+) answers (\d+) ?(.*)", "{0} 答复 {1} {2}"),
    (r"(.+) sends more than (\d+) bytes", "{0} 发来的超过 {1} 字节"),
    (r"(.+) sent (\d+) bytes and is not done", "{0} 发来 {1} 字节还没有结束"),
    (r"(.*)No such file or directory", "{0}没有这个文件或文件夹"),
    (r"(.*)Permission denied", "{0}没有权限"),
    (r"lone surrogate in a text", "文字里有半个字符"),
    (r"value nested too deeply", "嵌套过深"),
    (r"content differs", "内容不符"),
    (r"zlib stream", "压缩数据"),
    (r"checksum differs", "校验和不符"),
    (r"records", "记录"),
    (r"sequence (.+)", "序号 {0}"),
    (r"float (.+)", "小数 {0}"),
    (r"NUL or half a character", "有无法保存的字符"),
)
_EXPECTED: tuple[Pattern, ...] = (
    (r"the centre's address and a token to fetch parts", "中心的地址和取内容的令牌"),
    (r"the part's bytes", "这一部分的内容"),
    (r"to be applied before it", "在限期前生效"),
    (r"at most (\d+), each once", "至多 {0} 个, 每个一次"),
    (r"at most (\d+)( px)?", "至多 {0}{1}"),
    (r"at most (\d+) bytes", "至多 {0} 字节"),
    (r"(\d+) bytes(?: in all)?", "合计 {0} 字节"),
    (r"each kind and name once", "每种每名一次"),
    (r"64 hex digits", "64 位十六进制数"),
    (r"one of (.+)", "以下之一: {0}"),
    (r"some of (.+)", "以下几个: {0}"),
    (r"values that fit", "合适的值"),
    (r"a policy this version reads", "这个版本能读的设置"),
    (r"a file", "文件"),
    (r"a whole zip without a password", "完整、没有密码的 zip"),
    (r"plain file names, no folders", "不带文件夹的文件名"),
    (r"a zip of stored or deflated files", "用存储或 deflate 压缩的 zip"),
    (r"scenes and networks that load and look", "能装载并看图的标定和模型"),
    (r"time to try the configuration", "留出试用的时间"),
    (r"a cap that gives up none of it, .*", "不会丢弃它们的上限, 或等送完后再下达"),
    (r"the message it was made for", "它所属的那条指令"),
    (r"a table of values", "一组设置"),
    (r"up to 128 letters, digits .*", "至多 128 个字母、数字和 . _ -, 以字母或数字开头"),
    (r"JSON text", "JSON 文本"),
    (r"a whole JPEG or PNG file|a JPEG or PNG file|a whole file", "完整的 JPEG 或 PNG 文件"),
    (r"a start-of-frame marker", "起始帧标记"),
    (r"an image within (\S+) s", "{0} 秒内的一幅图像"),
    (r"200 and an image", "200 和一幅图像"),
    (r"an image under the cap", "不超过上限的图像"),
    (r"all within (\S+) s", "{0} 秒内发完"),
    (r"a folder this user can read", "这个用户能读的文件夹"),
    (r"a readable file.*", "能读的文件"),
    (r"text that UTF-8 can spell", "UTF-8 能写的文字"),
    (r"a few levels", "少几层"),
    (r"hash of the body", "与内容相符的摘要"),
    (r"zlib data", "zlib 数据"),
    (r"one whole stream and nothing after it", "一段完整的数据, 其后没有别的"),
    (r"JSON with integers only", "只含整数的 JSON"),
    (r"a JSON object", "JSON 对象"),
    (r"a list of at least one record", "至少一条记录的列表"),
    (r"crc32 of the records", "与记录相符的 crc32"),
    (r"contiguous (.+)", "连续的 {0}"),
    (r"an integer", "整数"),
    (r"plain text", "普通文字"),
    (r"lo <= hi", "起点不大于终点"),
    (r"ranges lo <= hi, .*", "从小到大、不重叠且小于本条序号的区间"),
)
_PLACES: tuple[Pattern, ...] = (
    (r"parts\.scene ?(.*)", "标定 {0}"),
    (r"parts\.settings ?(.*)", "设置 {0}"),
    (r"parts\.model ?(.*)", "模型 {0}"),
    (r"parts", "各部分"),
    (r"rehearsal", "试装"),
    (r"camera (.+)", "摄像头 {0}"),
    (r"settings", "网关设置"),
    (r"configuration\.deadline", "限期"),
    (r"configuration\.id", "指令编号"),
)
_SHAPES = (
    re.compile(r"(?P<where>.+?): (?P<what>.*); expected (?P<expected>.*)", re.DOTALL),
    re.compile(r"(?P<what>.*) at (?P<where>\S+): expected (?P<expected>.*)", re.DOTALL),
    re.compile(r"(?P<where>)(?P<what>.*); expected (?P<expected>.*)", re.DOTALL),
)


def gateway_text(message: str) -> Text:
    """The message in both languages; English is as it came."""
    return Text(zh=_chinese(message), en=message)


def _chinese(message: str) -> str:
    whole = filled(message, _WHOLE)
    if whole is not None:
        return whole
    shape = next((found for one in _SHAPES if (found := one.fullmatch(message))), None)
    if shape is None:
        return filled(message, _WHAT) or message
    where = _or_itself(shape["where"], _PLACES).strip()
    what, expected = _what(shape["what"]), in_chinese(shape["expected"], own=_EXPECTED)
    return f"{where}: {what}; 应为: {expected}" if where else f"{what}; 应为: {expected}"


def _what(words: str) -> str:
    """What was found; a refusal may name another one within it."""
    if any(one.fullmatch(words) for one in _SHAPES):
        return _chinese(words)
    found = filled(words, _WHAT)
    if found is not None:
        return found
    place, colon, rest = words.partition(": ")  # as settings say it: vision.cells: Input should be …
    return f"{place}: {in_chinese(rest, own=_WHAT)}" if colon else in_chinese(words)


def _or_itself(words: str, patterns: Sequence[Pattern]) -> str:
    return filled(words, patterns) or words
