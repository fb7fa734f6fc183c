"""What made-up things are called, and the search tokens of the same words over and over."""

from collections.abc import Iterable
from functools import lru_cache
from itertools import chain

from crmservice.phones import fragments
from crmservice.search import tokens
from crmservice.search.kinds import kind_token, scope_token

CITIES = (
    "北京", "上海", "天津", "重庆", "沈阳", "大连", "长春", "哈尔滨", "南京", "苏州", "杭州",
    "宁波", "合肥", "福州", "济南", "青岛", "郑州", "武汉", "长沙", "广州", "深圳", "成都",
)  # fmt: skip
FIRST, SECOND = "华东正宏盛昌恒泰永新金德中科利", "达源信和通力兴瑞丰远益诚隆凯博"
TRADES = ("水泵", "机械", "化工设备", "纺织", "食品", "制药", "建材", "环保工程", "电子", "造纸")
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = (
    "伟",
    "芳",
    "敏",
    "静",
    "磊",
    "军",
    "洋",
    "涛",
    "明",
    "秀英",
    "志强",
    "晓燕",
    "建国",
    "子轩",
)
SUBJECTS = (
    "主轴异响，无法加工", "触摸屏显示通讯中断", "加载后压力上不去", "机械密封漏水", "电机过热停机",
    "变频器报警 E-07", "阀门卡滞", "轴承温度偏高", "流量计读数不准", "控制柜跳闸",
    "询问保养周期", "备件报价", "开票信息变更", "操作培训申请", "退回错发零件", "年度巡检",
)  # fmt: skip
CAUSES = ("零件磨损", "安装不当", "电网波动", "操作错误", "软件缺陷")
NOTE = "已与客户电话沟通，等待现场确认。"
RESOLUTION = "更换零件并试运行，恢复正常。"
POSITION = "设备主管"


@lru_cache(maxsize=200_000)
def words_of(text: str) -> tuple[str, ...]:
    return tuple(tokens.words(text))


@lru_cache(maxsize=1_000)
def names_of(text: str) -> tuple[str, ...]:
    return tuple(tokens.names(text))


def found_by(  # noqa: PLR0913  (the texts of a search Document; a test compares the two)
    kind: str,
    outlet: int,
    *,
    title: Iterable[str],
    subtitle: Iterable[str] = (),
    names: Iterable[str] = (),
    codes: Iterable[str] = (),
    phones: Iterable[str] = (),
    words: Iterable[str] = (),
    body: Iterable[str] = (),
) -> tuple[str, str, str]:
    """The two columns of tokens and the scope; texts are given in the parts that come again."""
    every = chain.from_iterable
    a = chain(
        [f"x{tokens.compact(' '.join(title))}"],
        every(map(names_of, names)),
        every(map(tokens.codes, codes)),
        every(map(fragments, phones)),
        every(map(words_of, title)),
        every(map(words_of, words)),
    )
    b = chain(every(map(words_of, subtitle)), every(map(words_of, body)))
    return tokens.joined(a), " ".join(b), f"{kind_token(kind)} {scope_token(f'o{outlet}')}"
