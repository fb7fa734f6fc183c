"""A company of a few rows, written as an export; each test changes the lines that it is about."""

import hashlib
import shutil
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.apps import apps

from crmservice.imports.run import Run

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "sample"
AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")

FILES = {
    "employees": """\
employee_no,name,name_en,role,outlet,outlet_name,outlet_kind,email,phone,skills,supervisor_no,\
cost_rate_cny_per_hour,base_lat,base_lon,joined_on,left_on
E002,于军,Yu B,field_engineer,SY,沈阳网点,partner,,13613879811,PUMP:2,E001,120,,,,
E001,唐军,Tang A,department_head,HQ,总部,own,e001@sf.example,,,,100,,,,
""",
    "customers": """\
客户编号,客户名称,英文名称,类型,供应商编号,行业,省,市,地址,纬度,经度,电话,备注
C1,沈阳水泵厂,,最终用户,C2,机械,辽宁省,沈阳,铁西区1号,41.8,123.4,024-23456789,
C2,沈阳代理公司,,代理商,,机械,辽宁省,沈阳,,,,139-1234-5678,
""",
    "contacts": """\
联系人编号,客户编号,姓名,职务,电话,邮箱,偏好渠道,语言
P1,C1,冯刚,厂长,１３９１２３４５６７８,,微信,zh
""",
    "purchases": """\
document_no,customer_code,date,kind,amount,currency
S1,C1,2026-01-05,equipment,"150,000.00",CNY
""",
    "products": """\
model,name_zh,name_en,make,category,warranty_months,list_price_cny
SF-P220,离心泵,Centrifugal pump,own,pump,18,68000
""",
    "parts": """\
part_no,name_zh,name_en,unit,list_price_cny,cost_cny,fits_model
SEAL-1,机械密封,Mechanical seal for SF-P220,件,900,500,SF-P220
""",
    "assets": """\
serial_no,model,customer_code,parent_serial_no,delivered_on,installed_on,warranty_months,\
software_version,status,supplied_by
SN1-SEAL,Mechanical seal|SF-P220,C1,SN1,2025-01-01,2025-02-01,12,,in_use,
SN1,SF-P220,C1,,2025-01-01,2025-02-01,12,1.0,in_use,C2
""",
    "contracts": """\
contract_no,customer_code,type,starts_on,ends_on,service_hours,response_minutes,\
arrival_minutes_or_NBD,restore_minutes,onsite_rate_per_hour,parts_discount,currency,value,\
covers
K1,C1,FULL-24x7,2026-03-01,2026-09-30,24x7,15,120,1440,0,0.2,CNY,10000,SN1
""",
    "requests": """\
request_no,channel,kind,customer_code,contact_no,caller_name,caller_phone,asset_serial_no,\
severity,subject,description,opened_at,responded_at,arrived_at,restored_at,resolved_at,\
closed_at,owner_no,ring,transfers,resolution,fault_code,cause,status
R1,phone,fault,C1,P1,,,SN1-SEAL,high,漏水,,2026-04-01 10:00:00,2026-04-01 10:15:00,\
2026-04-01 12:00:01,2026-04-01 15:00:00,2026-04-01 16:00:00,2026-04-02 09:00:00,E001,1,0,\
更换密封,F-P01,磨损,closed
R2,phone,enquiry,,,萧女士,+86 133 3422 5523,,normal,咨询,,2026-04-03 10:00:00,\
2026-04-03 10:30:00,,,2026-04-03 11:00:00,2026-04-03 12:00:00,E001,1,0,说明,,,closed
""",
    "tasks": """\
task_no,request_no,kind,engineer_no,planned_start,planned_end,started_at,finished_at,\
labour_hours,travel_hours,outcome
T1,R1,onsite,E002,2026-04-01 12:00:00,2026-04-01 14:00:00,2026-04-01 12:00:01,\
2026-04-01 15:00:00,3.00,1.50,done
""",
    "parts_used": """\
task_no,part_no,quantity,unit_price_cny,charged_to
T1,SEAL-1,2,900.00,contract
T1,SEAL-1,1,900.00,billed
""",
    "expenses": """\
expense_no,employee_no,task_no,category,amount,currency,date,status
X1,E002,T1,transport,311.65,CNY,2026-04-01,paid
""",
    "surveys": """\
request_no,sent_at,answered_at,solved_at_once,speed,knowledge,information,organisation,\
price_fairness,nps,comment
R1,2026-04-02 09:10:00,2026-04-02 10:00:00,5,4,4,4,4,3,9,很好
""",
}


def write(folder, **lines):
    """Write the export; `customers=[…]` adds lines to that file."""
    folder.mkdir(exist_ok=True)
    for name, known in FILES.items():
        more = "".join(f"{line}\n" for line in lines.get(name, []))
        (folder / f"{name}.csv").write_text(known + more, encoding="utf-8")
    shutil.copyfile(SAMPLE / "policies.json", folder / "policies.json")
    (folder / "policies.json").chmod(0o644)
    return folder


def write_lines(folder, **lines):
    """Add lines to files of an export that is there."""
    for name, more in lines.items():
        with (folder / f"{name}.csv").open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in more)


def take(folder, at=AT, **options):
    return Run(folder, at, **options)()


def fingerprint():
    """A hash of every row of every table of ours."""
    digest = hashlib.sha256()
    for model in apps.get_models(include_auto_created=True):
        rows = model.objects.order_by("pk").values_list()
        digest.update(f"{model._meta.label}{list(rows)}".encode())
    return digest.hexdigest()
