"""Recall: what people type in either language brings the article that helps first."""

import pytest

from crmservice.search.index import index
from knowledge.queries import found, search_words, suggestions
from tests.factories.knowledge import ArticleFactory, FaultCodeFactory

KNOWN = {
    "seal": ("油泵漏油", "油泵底部漏油，停机后压力下降。", "停机泄压，更换轴封。", ""),
    "door": (
        "加工中心门打不开",
        "安全门锁死，报警 E-204。",
        "检查门锁传感器，复位后重新上电。",
        "",
    ),
    "spindle": ("主轴异响", "高速加工时主轴有尖锐噪声。", "检查轴承预紧，更换主轴轴承。", "SP-07"),
    "drive": (
        "Servo drive overheats",
        "The drive stops with alarm E-311 after an hour.",
        "Clean the cabinet fan and replace the filter.",
        "",
    ),
    "laser": (
        "Laser power drops during cutting",
        "Edges are rough and the power reading falls.",
        "Clean the protective window, then calibrate the resonator.",
        "",
    ),
    "coolant": ("冷却液温度过高", "夏季冷却液超过 40 度报警。", "清洗冷凝器，补充冷媒。", ""),
}


@pytest.fixture
def known(db):
    articles = {}
    for name, (title, problem, solution, code) in KNOWN.items():
        codes = [FaultCodeFactory(code=code, name_zh=title, name_en=name)] if code else []
        articles[name] = ArticleFactory(
            title=title,
            problem=problem,
            summary="",
            solution=solution,
            published=True,
            fault_codes=codes,
        )
        index(**search_words(articles[name]))
    return articles


CASES = [
    ("漏油", "seal"),
    ("油泵 漏油", "seal"),
    ("轴封", "seal"),
    ("门打不开", "door"),
    ("E-204", "door"),
    ("e204", "door"),
    ("传感器 门锁", "door"),
    ("主轴轴承", "spindle"),
    ("SP-07", "spindle"),
    ("sp07", "spindle"),
    ("overheating", "drive"),
    ("servo drives", "drive"),
    ("E-311", "drive"),
    ("fan filter", "drive"),
    ("cutting power", "laser"),
    ("calibrating", "laser"),
    ("冷却液", "coolant"),
]
SENTENCES = [
    ("客户反映油泵一直在漏油，地上都是油", "seal"),
    ("早上开机以后加工中心的门打不开了", "door"),
    ("主轴转起来有异响，噪声很大", "spindle"),
    ("冷却液温度太高，机床报警停机", "coolant"),
    ("our servo drive gets too hot and overheats every morning", "drive"),
    ("the laser loses power while cutting thick plates", "laser"),
]


def test_typed_words_bring_the_article_first(known, people):
    user = people.service_manager
    brought = [(typed, found(typed, user)[:1]) for typed, _name in CASES]

    assert brought == [(typed, [known[name].pk]) for typed, name in CASES]


def test_whole_sentences_suggest_the_article_first(known, people):
    user = people.service_manager
    brought = [(typed, suggestions(typed, user)[:1]) for typed, _name in SENTENCES]

    assert brought == [(typed, [known[name]]) for typed, name in SENTENCES]


@pytest.mark.parametrize(
    "typed", ["投影仪", "天气很好，明天出去玩", "gearbox", "please call me back"]
)
def test_what_nobody_knows_brings_nothing(known, people, typed):
    assert suggestions(typed, people.service_manager) == []
