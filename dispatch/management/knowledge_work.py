"""What the sample company has learned: symptoms with their causes, articles, and what was sought in
vain.
"""

from datetime import datetime, timedelta

from django.db import transaction

from crmservice.imports.models import Source
from employees.choices import Role
from employees.models import Employee
from knowledge import actions as knowledge
from knowledge.models import FaultCode

KNOWLEDGE_WORK = "sample company: knowledge"
DAY = timedelta(days=1)

# code, Chinese, English, other words; then of each cause: fault code, check and remedy in both
SYMPTOMS = (
    (
        "S-HOT", "温度过高", "Runs hot", "排气温度过高\n油温过高\n过热报警\noverheats",
        (
            (
                "F-C01", "冷却器进出口温差是否小于 10 ℃？", "Does the cooler cool by 10 K?",
                "清洗散热片，更换冷却器滤芯", "Clean the fins, change the cooler’s filter",
            ),
            (
                "F-H02", "油冷却器水流是否畅通？", "Does water flow through the oil cooler?",
                "清洗油冷却器", "Clean the oil cooler",
            ),
            (
                "F-T01", "冷凝器表面是否积尘？", "Is the condenser covered with dust?",
                "清洗冷凝器", "Clean the condenser",
            ),
        ),
    ),
    (
        "S-PRES", "压力不足", "Pressure too low", "出口压力不足\n压力上不去\n流量下降\nno pressure",
        (
            (
                "F-P03", "进口过滤网和叶轮有无堵塞物？", "Is anything in the strainer or impeller?",
                "清理叶轮，调整间隙", "Clear the impeller, set the clearance",
            ),
            (
                "F-C02", "加载时进气阀能否全开？", "Does the intake valve open fully under load?",
                "更换进气阀膜片", "Change the diaphragm of the intake valve",
            ),
            (
                "F-H01", "比例阀信号是否稳定？", "Is the signal of the proportional valve steady?",
                "清洗比例阀，更换滤芯", "Clean the valve, change the filter",
            ),
        ),
    ),
    (
        "S-LEAK", "泄漏或油耗大", "Leaks or uses much oil", "机封泄漏\n油耗异常\n滴漏\n漏油\nleak",
        (
            (
                "F-P01", "停机后泵体下方是否仍渗漏？", "Does it still drip when the pump stands?",
                "更换机械密封并校正同轴度", "Change the mechanical seal, align the shafts",
            ),
            (
                "F-C03", "排气管路里有没有油？", "Is there oil in the discharge line?",
                "更换油分离器", "Change the oil separator",
            ),
        ),
    ),
    (
        "S-TRIP", "跳闸或报警停机", "Trips or stops with an alarm",
        "过流跳闸\n通讯中断\n伺服报警\n停机报警\ntrips",
        (
            (
                "F-D01", "复位后启动是否立即再报 OC？", "Does OC come back at once after a reset?",
                "更换功率模块", "Change the power module",
            ),
            (
                "F-D02", "触摸屏是否显示 E-07？接地电阻多少？", "Does the panel show E-07? Earth?",
                "更换通讯板并重做接地", "Change the communication board, earth it anew",
            ),
            (
                "F-L01", "晃动编码器电缆时报警是否变化？", "Does moving the encoder cable matter?",
                "更换编码器电缆", "Change the encoder cable",
            ),
        ),
    ),
)  # fmt: skip
ARTICLES = (
    (
        "F-C01", "螺杆空压机排气温度过高的处理", "排气温度超过 105 ℃，报警停机。",
        "清洗散热片，检查温控阀", "1. 停机泄压。2. 清洗散热片。3. 检查温控阀。4. 试机一小时。",
    ),
    (
        "F-D02", "变频柜 E-07 通讯中断", "触摸屏显示 E-07，通讯断续。",
        "重做接地，必要时更换通讯板", "1. 测接地电阻，应小于 4 Ω。2. 检查屏蔽层。3. 更换通讯板。",
    ),
    (
        "F-P01", "离心泵机械密封泄漏", "泵体下方持续滴漏，停机后仍渗水。",
        "更换机械密封并校正同轴度", "1. 拆下联轴器。2. 更换机封。3. 校正，偏差不超过 0.05 mm。",
    ),
)  # fmt: skip
GAPS = ("冷水机组 冬季停机 排水", "包装线 计数不准 光电开关", "P450 振动标准")


@transaction.atomic
def learn(people: list[Employee], at: datetime) -> None:
    """By the verbs that all use; once, wholly or not at all."""
    if Source.objects.filter(name=KNOWLEDGE_WORK).exists():
        return
    by_role = {person.role: person for person in reversed(people)}
    senior, head = by_role[Role.SENIOR_ENGINEER], by_role[Role.DEPARTMENT_HEAD]
    manager, engineer = by_role[Role.SERVICE_MANAGER], by_role[Role.FIELD_ENGINEER]
    codes = {code.code: code for code in FaultCode.objects.all()}
    draw_fault_model(codes, senior, at)
    for code, title, problem, summary, solution in ARTICLES:
        values = {"title": title, "problem": problem, "summary": summary, "solution": solution}
        linked = [codes[code]] if code in codes else []
        written = at - 20 * DAY
        article = knowledge.write({**values, "fault_codes": linked}, by=senior, at=written)
        article = knowledge.submit(article, by=senior, at=written)
        knowledge.publish(article, by=head, at=written + DAY)
    for place, words in enumerate(GAPS):
        knowledge.note_unanswered(words, by=engineer, at=at - (4 + place) * DAY)
        if place < len(GAPS) - 1:
            knowledge.note_unanswered(words, by=manager, at=at - (2 + place) * DAY)
    Source.objects.create(name=KNOWLEDGE_WORK, shift_days=0, begun_at=at, finished_at=at)


def draw_fault_model(codes: dict[str, FaultCode], senior: Employee, at: datetime) -> None:
    for code, name_zh, name_en, words, causes in SYMPTOMS:
        named = {"code": code, "name_zh": name_zh, "name_en": name_en, "words": words}
        symptom = knowledge.add_symptom(named, by=senior, at=at)
        for fault, check_zh, check_en, remedy_zh, remedy_en in causes:
            if fault in codes:
                values = {
                    "fault_code": codes[fault],
                    "check_zh": check_zh,
                    "check_en": check_en,
                    "remedy_zh": remedy_zh,
                    "remedy_en": remedy_en,
                }
                knowledge.add_cause(symptom, values, by=senior, at=at)
