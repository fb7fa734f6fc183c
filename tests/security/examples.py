"""For each kind of URL argument an object that a given person may see.

A maker takes the person and gives the URL's arguments; it is found by the route's name, else by its
namespace and arguments. A route without one fails the tests: add a line here with the new noun.
"""

from collections.abc import Callable

from django.urls import reverse

from crmservice.links import hashed
from employees.models import Employee
from orders.models import Invoice, StockLocation
from reports.choices import Figure
from tests.factories.assets import (
    AssetFactory,
    AssetModelFactory,
    DefectFactory,
    MaintenancePlanFactory,
    OccurrenceFactory,
    PartFactory,
    ProcedureLineFactory,
)
from tests.factories.attachments import ONE_PIXEL, AttachmentFactory
from tests.factories.contracts import (
    AllowanceUseFactory,
    ContractTypeFactory,
    DefaultPromiseFactory,
    InstalmentFactory,
    ServiceContractFactory,
)
from tests.factories.customers import (
    AccountTeamFactory,
    AffiliationFactory,
    BusinessSignalFactory,
    CarePlanFactory,
    CareTouchFactory,
    GradePolicyFactory,
    NeedFactory,
    RecoveryCaseFactory,
    RecoveryMeasureFactory,
    ServedCustomerFactory,
    SiteFactory,
    TeamMemberFactory,
    TierFactory,
)
from tests.factories.delivery import NotificationFactory
from tests.factories.dispatch import (
    AcceptanceFactory,
    CalendarLinkFactory,
    ChecklistItemFactory,
    DayPlanFactory,
    DepotRepairFactory,
    EngineerWishFactory,
    PartUseFactory,
    SyncedActionFactory,
    TaskFactory,
    TimeEntryFactory,
    WorkReportFactory,
)
from tests.factories.employees import (
    AbsenceFactory,
    AuthorityFactory,
    AuthorityQuestionFactory,
    CalendarDayFactory,
    CorrectionFactory,
    EmployeeFactory,
    JudgedRecordFactory,
    LogInFactory,
    OnCallFactory,
    OutletFactory,
    WorkingCalendarFactory,
)
from tests.factories.expenses import (
    ExpenseClaimFactory,
    ExpenseLineFactory,
    ExpensePolicyFactory,
    PaymentRunFactory,
)
from tests.factories.knowledge import (
    ArticleFactory,
    FaultCodeFactory,
    GapFactory,
    PossibleCauseFactory,
    RevisionFactory,
    SymptomFactory,
)
from tests.factories.orders import (
    AccountingRunFactory,
    CreditNoteFactory,
    InvoiceFactory,
    InvoiceLineFactory,
    OldPartFactory,
    OrderFactory,
    OrderLineFactory,
    PaymentFactory,
    PricePlanFactory,
    QuotationFactory,
    QuotationLineFactory,
    ReplenishmentFactory,
    ReturnCaseFactory,
    ShipmentFactory,
    StockCountFactory,
    StockDifferenceFactory,
    StockLevelFactory,
    StockLocationFactory,
    StockTransferFactory,
)
from tests.factories.reports import (
    MonthlyReportFactory,
    ReportSubscriptionFactory,
    ReturnVisitFactory,
    SavedReportFactory,
)
from tests.factories.service_requests import (
    OPENED_AT,
    CallBackFactory,
    ComplaintFactory,
    EscalationFactory,
    EscalationRuleFactory,
    HandoverFactory,
    RecalculationFactory,
    ServiceRequestFactory,
    SlaTimerFactory,
    SurveyDimensionFactory,
    SurveyFactory,
    SurveyRoundFactory,
    WarningPolicyFactory,
    sampled_survey,
)
from tests.security.routes import Route

Arguments = dict[str, object]
Maker = Callable[[Employee], Arguments]

MAKERS: dict[str, Maker] = {}

# Routes that name what belongs to the whole company: there is no twin in another outlet.
COMPANY_WIDE = {
    "assets:edit_model": "the catalogue",
    "assets:apply_plan": "a template of the catalogue",
    "customers:edit_grade_policy": "rules are the company's",
    "customers:tier": "what a tier gets is the company's",
    "customers:edit_tier": "what a tier gets is the company's",
    "customers:team": "who looks after whom is the company's; the customers are in scope",
    "customers:edit_team": "who looks after whom is the company's",
    "customers:add_member": "who looks after whom is the company's",
    "customers:remove_member": "who looks after whom is the company's",
    "customers:care_plan": "what a tier gets is the company's",
    "customers:edit_care_plan": "what a tier gets is the company's",
    "customers:end_care_plan": "what a tier gets is the company's",
    "assets:model": "the catalogue",
    "assets:procedure": "the catalogue",
    "assets:edit_part": "the catalogue",
    "assets:set_cost": "the catalogue",
    "assets:part": "the catalogue",
    "orders:accounting_csv": "who bills sees all that is billed",
    "orders:price_plan": "prices are the company's",
    "orders:change_price_plan": "prices are the company's",
    "orders:end_price_plan": "prices are the company's",
    "orders:stock_of_part": "the catalogue; its levels are in scope by their queryset",
    "contracts:edit_type": "the catalogue",
    "contracts:type": "the catalogue",
    "contracts:edit_default": "the catalogue",
    "employees:calendar": "service hours are everybody's",
    "employees:edit_calendar": "service hours are everybody's",
    "employees:set_day": "service hours are everybody's",
    "employees:take_over_holidays": "service hours are everybody's",
    "service_requests:recalculation": "of a calendar or a default promise, which are everybody's",
    "service_requests:recalculate_calendar": "service hours are everybody's",
    "service_requests:recalculate_promise": "what is promised without a contract is everybody's",
    "employees:remove_day": "service hours are everybody's",
    "service_requests:dimension": "what is asked is the company's",
    "service_requests:rule": "rules are the company's",
    "service_requests:warnings": "rules are the company's",
    "knowledge:edit_fault_code": "the catalogue",
    "knowledge:fault_code": "the catalogue",
    "knowledge:symptom": "the catalogue",
    "knowledge:edit_symptom": "the catalogue",
    "knowledge:add_cause": "the catalogue",
    "knowledge:edit_cause": "the catalogue",
    "knowledge:remove_cause": "the catalogue",
    "knowledge:set_aside": "what nobody found is everybody's who writes",
    "expenses:policy": "what is paid for is the company's",
    "employees:quality_file": "rows are in scope",
    "employees:remove_limit": "how far roles go is the company's",
    "orders:offer_link": "a bearer link (S-23)",
    "expenses:create_payment": "whoever pays, pays the whole company's",
    "expenses:payment_run": "whoever pays, pays the whole company's",
    "expenses:export_payment": "whoever pays, pays the whole company's",
    "expenses:budget": "only the head and administrators, for every outlet",
    "dispatch:feed": "a bearer link (S-23)",
    "dispatch:acceptance_link": "a bearer link (S-23)",
    "service_requests:survey_link": "a bearer link (S-23)",
    "service_requests:round": "a quarter's sample is of the whole company",
    "service_requests:round_by_telephone": "a quarter's sample is of the whole company",
    "reports:rows": "a figure; its rows are in scope by their querysets",
    "reports:report": "a report; its rows are in scope by their querysets",
    "reports:report_rows": "a figure; its rows are in scope by their querysets",
    "reports:export": "a report; its rows are in scope by their querysets",
    "reports:save": "a report; its rows are in scope by their querysets",
    "reports:month": "a month of the whole service; its sections by permission",
    "reports:month_pdf": "a month of the whole service; its sections by permission",
    "reports:make_month": "a month of the whole service",
}
# Routes where a person of the right role may still hear a no of a policy (403).
BY_POLICY = {
    "dispatch:answer_at_desk": "who plans the task, answers for it or goes along",
    "employees:note_absence": "one's own, one's reports', one's outlet's",
    "employees:cancel_absence": "one's own, one's reports', one's outlet's",
    "assets:remove": "only what stands in another asset is taken out",
    "assets:swap": "only what stands in another asset is swapped",
    "assets:put_in_use": "only what is out of use is put in use",
    "contracts:edit": "only a draft is edited",
    "contracts:submit": "only a draft is submitted",
    "contracts:withdraw": "only what waits for approval is withdrawn",
    "contracts:approve": "only what waits for approval is approved, and not by its author",
    "contracts:reject": "only what waits for approval is rejected",
    "contracts:resume": "only what is suspended is resumed",
    "customers:answer_need": "who was asked, and who passes needs on",
    "customers:close_need": "who noted it, and who passes needs on",
    "service_requests:take_over": "who stands in its ring, or was told",
    "dispatch:finish_repair": "who carries out tasks",
    "dispatch:attach": "who has the task, and who plans",
    "dispatch:detach": "who has the task, and who plans",
    "expenses:edit": "one's own draft, and administrators claim nothing",
    "expenses:attach": "one's own before the decision, and administrators claim nothing",
    "expenses:detach": "one's own draft, and administrators claim nothing",
    "expenses:submit": "one's own draft, and administrators claim nothing",
    "expenses:withdraw": "one's own that waits for a decision",
    "expenses:approve": "what waits for a decision and is not one's own",
    "expenses:reject": "what waits for a decision and is not one's own",
    "expenses:send_back": "what waits for a decision and is not one's own",
    "service_requests:withdraw_handover": "only who asked takes the question back",
    "orders:quote": "only a draft, or what is offered, is offered",
    "orders:send_back": "only what waits for approval is sent back",
    "orders:pack": "only what is approved is packed",
    "orders:note_delivered": "only what is approved is delivered",
    "orders:invoice": "only what is delivered is invoiced",
    "orders:deliver": "only what is shipped is delivered",
    "orders:take_back": "only what is shipped comes back",
    "orders:receive_old_part": "who works in a depot",
    "orders:charge_return": "only what is due back is charged",
    "orders:receive_return": "who works in the depot that it comes to",
    "orders:inspect_line": "who works in the depot that it comes to",
    "knowledge:publish": "only what is in review is published",
    "knowledge:send_back": "only what is in review is sent back",
    "knowledge:revise": "only what is published is revised",
    "knowledge:recheck": "only what is published is checked again",
    "knowledge:unhelpful": "only what is published, and not one's own, is rated",
}


def example(*names: str) -> Callable[[Maker], Maker]:
    """Register a maker for routes ("app:name") or for arguments ("app:code,pk")."""

    def register(maker: Maker) -> Maker:
        for name in names:
            MAKERS[name] = maker
        return maker

    return register


def maker_of(route: Route) -> Maker | None:
    if not route.arguments:
        return lambda _user: {}
    by_arguments = f"{route.namespace}:{','.join(sorted(route.arguments))}"
    return MAKERS.get(route.name) or MAKERS.get(by_arguments)


def url_of(route: Route, user: Employee) -> str:
    """The address of an example that `user` may see."""
    maker = maker_of(route)
    assert maker, f"{route} needs an example in tests/security/examples.py"
    return reverse(route.name, kwargs=maker(user))


def customer_of(user: Employee):
    return ServedCustomerFactory(served_by=[user.outlet])


def request_of(user: Employee, **traits):
    """A request of the person's outlet, owned by the person; the company has promises for it."""
    DefaultPromiseFactory()
    return ServiceRequestFactory(
        customer=customer_of(user), owner=user, outlets=[user.outlet], **traits
    )


# notices


@example("read_notice")
def notice(user: Employee) -> Arguments:
    return {"pk": NotificationFactory(recipient=user).pk}


# employees


@example("employees:employee_no")
def employee(user: Employee) -> Arguments:
    return {"employee_no": EmployeeFactory(outlet=user.outlet).employee_no}


@example("employees:number")
def question(user: Employee) -> Arguments:
    return {"number": AuthorityQuestionFactory(asked_of=user).number}


@example("employees:withdraw")
def own_question(user: Employee) -> Arguments:
    return {"number": AuthorityQuestionFactory(asked_by=user).number}


@example("employees:judged_record")
def judged_record(person: Employee) -> Arguments:
    return {"pk": JudgedRecordFactory(owner=person).pk}


@example("employees:find_in_order", "employees:send_back")
def record_of_a_colleague(person: Employee) -> Arguments:
    return {"pk": JudgedRecordFactory(owner=EmployeeFactory(outlet=person.outlet)).pk}


@example("employees:mend")
def record_to_mend(person: Employee) -> Arguments:
    return {"pk": CorrectionFactory(owner=person).pk}


@example("employees:quality_of")
def whose_records(person: Employee) -> Arguments:
    return {"employee_no": person.employee_no}


@example("employees:quality_file")
def file_of_quality(_person: Employee) -> Arguments:
    return {"kind": "csv"}


@example("employees:remove_limit")
def limit(user: Employee) -> Arguments:
    return {"pk": AuthorityFactory(kind=f"k{user.pk}").pk}


@example("employees:cancel_absence")
def absence(user: Employee) -> Arguments:
    colleague = EmployeeFactory(outlet=user.outlet)
    at = "2030-01-01T00:00Z", "2030-01-02T00:00Z"
    away = AbsenceFactory(employee=colleague, starts_at=at[0], ends_at=at[1])
    return {"employee_no": colleague.employee_no, "pk": away.pk}


@example("employees:edit_on_call", "employees:take_off_call")
def on_call(user: Employee) -> Arguments:
    return {"pk": OnCallFactory(employee__outlet=user.outlet).pk}


@example("employees:end_log_in")
def log_in(user: Employee) -> Arguments:
    return {"pk": LogInFactory(user=user).pk}


@example("employees:outlet", "employees:edit_outlet")
def outlet(user: Employee) -> Arguments:
    return {"code": user.outlet.code}


@example(
    "employees:calendar",
    "employees:edit_calendar",
    "employees:set_day",
    "employees:take_over_holidays",
)
def calendar(_user: Employee) -> Arguments:
    return {"code": WorkingCalendarFactory().code}


@example("service_requests:recalculate_calendar")
def calendar_to_follow(_user: Employee) -> Arguments:
    return {"code": WorkingCalendarFactory().code}


@example("service_requests:recalculate_promise")
def promise_to_follow(_user: Employee) -> Arguments:
    return {"pk": DefaultPromiseFactory().pk}


@example("service_requests:recalculation")
def recalculation(_user: Employee) -> Arguments:
    return {"pk": RecalculationFactory().pk}


@example("employees:remove_day")
def calendar_day(_user: Employee) -> Arguments:
    day = CalendarDayFactory()
    return {"code": day.calendar.code, "pk": day.pk}


# customers


@example("customers:code")
def customer(user: Employee) -> Arguments:
    return {"code": customer_of(user).code}


@example("customers:edit_site")
def site(user: Employee) -> Arguments:
    place = SiteFactory(customer=customer_of(user))
    return {"code": place.customer.code, "pk": place.pk}


@example("customers:contact", "customers:edit_contact", "customers:affiliate")
def contact(user: Employee) -> Arguments:
    return {"code": AffiliationFactory(customer=customer_of(user)).contact.code}


@example("customers:part")
def affiliation(user: Employee) -> Arguments:
    place = AffiliationFactory(customer=customer_of(user))
    return {"code": place.contact.code, "pk": place.pk}


@example("customers:signal", "customers:take_signal", "customers:reject_signal")
def business_signal(user: Employee) -> Arguments:
    return {"pk": BusinessSignalFactory(raised_by=user).pk}


@example("customers:win_signal", "customers:lose_signal")
def taken_signal(user: Employee) -> Arguments:
    return {"pk": BusinessSignalFactory(raised_by=user, taken=True).pk}


@example("customers:tier", "customers:edit_tier")
def tier(_user: Employee) -> Arguments:
    return {"code": TierFactory().code}


@example("customers:team", "customers:edit_team", "customers:add_member")
def account_team(_user: Employee) -> Arguments:
    return {"pk": AccountTeamFactory().pk}


@example("customers:remove_member")
def team_member(_user: Employee) -> Arguments:
    member = TeamMemberFactory()
    return {"pk": member.team.pk, "member": member.pk}


@example("customers:need", "customers:forward_need")
def need(user: Employee) -> Arguments:
    return {"pk": NeedFactory(customer=customer_of(user)).pk}


@example("customers:close_need")
def own_need(user: Employee) -> Arguments:
    return {"pk": NeedFactory(customer=customer_of(user), raised_by=user).pk}


@example("customers:answer_need")
def forwarded_need(user: Employee) -> Arguments:
    return {"pk": NeedFactory(customer=customer_of(user), forwarded=True, asked_of=user).pk}


@example("customers:edit_grade_policy")
def grade_policy(_user: Employee) -> Arguments:
    return {"subject": GradePolicyFactory().subject}


@example("customers:number")
def recovery_case(user: Employee) -> Arguments:
    return {"number": RecoveryCaseFactory(customer=customer_of(user)).number}


@example("customers:finish_measure")
def recovery_measure(user: Employee) -> Arguments:
    case = RecoveryCaseFactory(customer=customer_of(user))
    return {"number": case.number, "pk": RecoveryMeasureFactory(case=case).pk}


@example("customers:touch", "customers:finish_touch", "customers:skip_touch", "dispatch:plan_touch")
def touch(user: Employee) -> Arguments:
    return {"pk": CareTouchFactory(customer=customer_of(user)).pk}


@example("customers:care_plan", "customers:edit_care_plan", "customers:end_care_plan")
def care_plan(_user: Employee) -> Arguments:
    return {"pk": CarePlanFactory().pk}


# knowledge


@example("knowledge:number")
def article(user: Employee) -> Arguments:
    return {"number": ArticleFactory(author=user).number}


@example("knowledge:version")
def revision(user: Employee) -> Arguments:
    old = RevisionFactory(article=ArticleFactory(author=user))
    return {"number": old.article.number, "version": old.version}


@example("knowledge:code")
def fault_code(_user: Employee) -> Arguments:
    return {"code": FaultCodeFactory().code}


@example("knowledge:symptom", "knowledge:edit_symptom", "knowledge:add_cause")
def symptom(_user: Employee) -> Arguments:
    return {"code": SymptomFactory().code}


@example("knowledge:edit_cause", "knowledge:remove_cause")
def possible_cause(_user: Employee) -> Arguments:
    return {"pk": PossibleCauseFactory().pk}


@example("knowledge:set_aside")
def gap(_user: Employee) -> Arguments:
    return {"pk": GapFactory().pk}


# assets


@example("assets:serial_no")
def asset(user: Employee) -> Arguments:
    return {"serial_no": AssetFactory(customer=customer_of(user)).serial_no}


@example("assets:code")
def asset_model(_user: Employee) -> Arguments:
    return {"code": AssetModelFactory().code}


@example("assets:part_no")
def part(_user: Employee) -> Arguments:
    return {"part_no": PartFactory().part_no}


@example("assets:plan", "assets:edit_plan", "assets:end_plan")
def maintenance_plan(user: Employee) -> Arguments:
    return {"pk": MaintenancePlanFactory(asset__customer=customer_of(user)).pk}


@example("assets:procedure", "assets:edit_procedure")
def procedure(_user: Employee) -> Arguments:
    return {"pk": ProcedureLineFactory().procedure.pk}


@example("assets:apply_plan")
def plan_template(_user: Employee) -> Arguments:
    return {"pk": MaintenancePlanFactory(of_a_model=True).pk}


@example("assets:skip_turn", "dispatch:plan_turn")
def turn(user: Employee) -> Arguments:
    return {"pk": OccurrenceFactory(plan__asset__customer=customer_of(user)).pk}


# contracts


@example("contracts:number")
def contract(user: Employee) -> Arguments:
    return {"number": ServiceContractFactory(customer=customer_of(user)).number}


@example("contracts:code")
def contract_type(_user: Employee) -> Arguments:
    return {"code": ContractTypeFactory().code}


@example("contracts:approve_beyond", "contracts:refuse_beyond")
def beyond_the_allowance(user: Employee) -> Arguments:
    use = AllowanceUseFactory(
        beyond=True,
        contract=ServiceContractFactory(customer=customer_of(user), visits_per_year=1),
    )
    return {"number": use.contract.number, "pk": use.pk}


@example("contracts:invoice", "contracts:pay")
def instalment(user: Employee) -> Arguments:
    each = InstalmentFactory(contract__customer=customer_of(user))
    return {"number": each.contract.number, "pk": each.pk}


@example("contracts:pk")
def default_promise(_user: Employee) -> Arguments:
    return {"pk": DefaultPromiseFactory().pk}


# service requests


@example("service_requests:number")
def service_request(user: Employee) -> Arguments:
    return {"number": request_of(user).number}


@example("service_requests:rule")
def rule(_user: Employee) -> Arguments:
    return {"pk": EscalationRuleFactory().pk}


@example("service_requests:warnings")
def warnings(_user: Employee) -> Arguments:
    return {"target": WarningPolicyFactory().target}


@example("service_requests:take_over")
def climbed(user: Employee) -> Arguments:
    EscalationFactory(service_request=(lifted := request_of(user, ring=2, highest_ring=2)), to=user)
    return {"number": lifted.number}


@example("service_requests:undo_merge")
def merged(user: Employee) -> Arguments:
    survivor = request_of(user)
    merged = request_of(user, status="merged", merged_at=OPENED_AT, merged_into=survivor)
    return {"number": merged.number}


@example("service_requests:promise")
def promise(user: Employee) -> Arguments:
    timer = SlaTimerFactory(service_request=request_of(user))
    return {"number": timer.service_request.number, "pk": timer.pk}


@example("service_requests:answer_handover", "service_requests:withdraw_handover")
def handover(user: Employee) -> Arguments:
    question = HandoverFactory(service_request=request_of(user))
    return {"number": question.service_request.number, "pk": question.pk}


@example("dispatch:feed")
def calendar_link(user: Employee) -> Arguments:
    token = "a-secret-that-nobody-guesses"
    CalendarLinkFactory(employee=user, token_hash=hashed(token))
    return {"token": token}


@example("service_requests:call_back", "service_requests:finish_call_back")
def call_back(user: Employee) -> Arguments:
    survey = SurveyFactory(service_request=request_of(user, resolved=True))
    return {"pk": CallBackFactory(survey=survey, owner=user).pk}


@example(
    "service_requests:complaint",
    "service_requests:acknowledge",
    "service_requests:investigate",
    "service_requests:remedy",
    "service_requests:give_goodwill",
    "service_requests:answer_complaint",
)
def complaint(user: Employee) -> Arguments:
    found = ComplaintFactory(service_request=request_of(user, kind="complaint"))
    return {"number": found.service_request.number}


@example("service_requests:dimension")
def dimension(_user: Employee) -> Arguments:
    return {"pk": SurveyDimensionFactory().pk}


@example("service_requests:round")
def survey_round(_user: Employee) -> Arguments:
    return {"quarter": SurveyRoundFactory().quarter}


@example("service_requests:round_by_telephone")
def sampled(user: Employee) -> Arguments:
    return {"pk": sampled_survey(customer_of(user)).pk}


@example("service_requests:survey_link")
def survey_token(_user: Employee) -> Arguments:
    return {"token": "a" * 43}


# orders


@example("orders:number")
def order(user: Employee) -> Arguments:
    return {"number": OrderFactory(service_request=request_of(user)).number}


@example("orders:price_plan", "orders:change_price_plan", "orders:end_price_plan")
def price_plan(_user: Employee) -> Arguments:
    return {"number": PricePlanFactory().number}


@example(
    "orders:shipment",
    "orders:shipment_label",
    "orders:ship",
    "orders:hand_over",
    "orders:put_back",
    "orders:deliver",
    "orders:take_back",
)
def shipment(user: Employee) -> Arguments:
    order = OrderFactory(service_request=request_of(user), approved=True)
    return {"number": ShipmentFactory(order=order).number}


def invoice_of(user: Employee) -> Invoice:
    order = OrderFactory(service_request=request_of(user), invoiced=True)
    made: Invoice = InvoiceLineFactory(invoice=InvoiceFactory(order=order)).invoice
    return made


@example(
    "orders:invoice_page",
    "orders:invoice_pdf",
    "orders:pay_invoice",
    "orders:credit_invoice",
    "orders:correct_invoice",
)
def invoice(user: Employee) -> Arguments:
    return {"number": invoice_of(user).number}


@example("orders:reverse_payment")
def payment(user: Employee) -> Arguments:
    made = PaymentFactory(invoice=invoice_of(user))
    return {"number": made.invoice.number, "pk": made.pk}


@example("orders:credit_pdf")
def credit_note(user: Employee) -> Arguments:
    return {"number": CreditNoteFactory(invoice=invoice_of(user)).number}


@example("orders:accounting_csv")
def accounting_run(_user: Employee) -> Arguments:
    return {"number": AccountingRunFactory().number}


@example("orders:number,pk")
def order_line(user: Employee) -> Arguments:
    line = OrderLineFactory(order=OrderFactory(service_request=request_of(user)))
    return {"number": line.order.number, "pk": line.pk}


@example("orders:number,version")
def offer(user: Employee) -> Arguments:
    order = OrderFactory(service_request=request_of(user), status="quoted")
    QuotationLineFactory(quotation=QuotationFactory(order=order))
    return {"number": order.number, "version": 1}


@example(
    "orders:return",
    "orders:return_label",
    "orders:authorise_return",
    "orders:refuse_return",
    "orders:note_return_sent",
    "orders:receive_return",
    "orders:close_return",
    "orders:cancel_return",
    "orders:charge_return",
)
def return_case(user: Employee) -> Arguments:
    return {"number": ReturnCaseFactory(depot=StockLocationFactory(outlet=user.outlet)).number}


@example(
    "orders:inspect_line",
    "orders:replace_line",
    "orders:send_ahead",
    "orders:refund_line",
    "orders:repair_line",
    "orders:ship_line_back",
)
def return_line(user: Employee) -> Arguments:
    case = ReturnCaseFactory(authorised=True, depot=StockLocationFactory(outlet=user.outlet))
    return {"number": case.number, "pk": case.lines.get().pk}


@example("orders:offer_link")
def offer_token(_user: Employee) -> Arguments:
    token = "another-secret-that-nobody-guesses"
    QuotationFactory(token_hash=hashed(token))
    return {"token": token}


# stock: the person's van, which is in the person's outlet


def place_of(user: Employee) -> StockLocation:
    van = StockLocation.objects.filter(employee=user).first()
    return van or StockLocationFactory(van=True, employee=user)


@example(
    "orders:place",
    "orders:edit_place",
    "orders:receive_parts",
    "orders:take_out_parts",
    "orders:begin_count",
)
def place(user: Employee) -> Arguments:
    return {"code": place_of(user).code}


@example("orders:stock_of_part")
def stocked_part(_user: Employee) -> Arguments:
    return {"part_no": StockLevelFactory().part.part_no}


@example("orders:set_reorder_point")
def stock_level(user: Employee) -> Arguments:
    return {"pk": StockLevelFactory(location=place_of(user)).pk}


@example("orders:count", "orders:book_count", "orders:drop_count")
def stock_count(user: Employee) -> Arguments:
    return {"number": StockCountFactory(location=place_of(user)).number}


@example(
    "orders:replenishment",
    "orders:receive_ordered",
    "orders:postpone_ordered",
    "orders:give_up_ordered",
)
def replenishment(user: Employee) -> Arguments:
    return {"pk": ReplenishmentFactory(location=place_of(user)).pk}


@example("orders:transfer", "orders:accept_transfer", "orders:refuse_transfer")
def transfer(user: Employee) -> Arguments:
    return {"number": StockTransferFactory(to_location=place_of(user)).number}


@example("orders:difference", "orders:settle_difference")
def stock_difference(user: Employee) -> Arguments:
    return {"pk": StockDifferenceFactory(location=place_of(user)).pk}


@example("orders:receive_old_part")
def old_part(user: Employee) -> Arguments:
    return {"pk": OldPartFactory(location=place_of(user), holder=user).pk}


# tasks


@example("dispatch:number")
def task(user: Employee) -> Arguments:
    visit = TaskFactory(
        accepted=True,
        assignee=user,
        customer=customer_of(user),
        service_request=request_of(user),
    )
    return {"number": visit.number}


@example("dispatch:free_of")
def ordered_task(user: Employee) -> Arguments:
    visit = TaskFactory(accepted=True, assignee=user, customer=customer_of(user))
    visit.after.add(other := TaskFactory())
    return {"number": visit.number, "other": other.number}


@example("dispatch:remove_from_crew", "dispatch:board_uncrew")
def crewed_task(user: Employee) -> Arguments:
    visit = TaskFactory(accepted=True, assignee=user, customer=customer_of(user))
    visit.crew.add(helper := EmployeeFactory())
    return {"number": visit.number, "person": helper.employee_no}


@example("dispatch:acceptance_form", "dispatch:supplement")
def finished_task(user: Employee) -> Arguments:
    visit = TaskFactory(done=True, assignee=user, customer=customer_of(user))
    WorkReportFactory(task=visit)
    return {"number": visit.number}


@example("dispatch:answer")
def disputed_task(user: Employee) -> Arguments:
    visit = TaskFactory(done=True, assignee=user, customer=customer_of(user))
    AcceptanceFactory(task=visit, disputed=True)
    return {"number": visit.number}


@example("dispatch:acceptance_link")
def acceptance_token(_user: Employee) -> Arguments:
    token = "a-secret-that-nobody-guesses"
    AcceptanceFactory(token_hash=hashed(token))
    return {"token": token}


@example("dispatch:detach")
def file_of_task(user: Employee) -> Arguments:
    visit = TaskFactory(accepted=True, assignee=user, customer=customer_of(user))
    return {"number": visit.number, "pk": AttachmentFactory(subject=visit, by=user).pk}


@example("service_requests:detach")
def file_of_request(user: Employee) -> Arguments:
    service_request = request_of(user)
    file = AttachmentFactory(subject=service_request, by=user)
    return {"number": service_request.number, "pk": file.pk}


@example("assets:detach")
def file_of_asset(user: Employee) -> Arguments:
    asset = AssetFactory(customer=customer_of(user))
    return {"serial_no": asset.serial_no, "pk": AttachmentFactory(subject=asset, by=user).pk}


@example("assets:clear_defect")
def defect(user: Employee) -> Arguments:
    asset = AssetFactory(customer=customer_of(user))
    return {"serial_no": asset.serial_no, "pk": DefectFactory(asset=asset, found_by=user).pk}


@example("attachments:pk")
def file(user: Employee) -> Arguments:
    photo = AttachmentFactory(
        subject=request_of(user), by=user, name="photo.png", content=ONE_PIXEL
    )
    return {"pk": photo.pk}


@example(
    "dispatch:attach_to_repair",
    "dispatch:begin_repair",
    "dispatch:begin_test",
    "dispatch:close_repair",
    "dispatch:describe",
    "dispatch:diagnose",
    "dispatch:enter_results",
    "dispatch:finish_repair",
    "dispatch:identify",
    "dispatch:label",
    "dispatch:quote",
    "dispatch:receive",
    "dispatch:repair",
    "dispatch:repair_report",
    "dispatch:scrap",
    "dispatch:send_back",
    "dispatch:ship",
    "dispatch:start_timer",
    "dispatch:stop_timer",
    "dispatch:wait",
    "dispatch:add_repair_part",
)
def goods(user: Employee) -> Arguments:
    return {"number": goods_of(user).number}


def goods_of(user: Employee):
    """Goods in the depot of the person's outlet, of a customer that it serves."""
    device = AssetFactory(customer=customer_of(user))
    return DepotRepairFactory(asset=device, outlet=user.outlet, tasked=True)


@example("dispatch:expect")
def request_that_brings_goods(user: Employee) -> Arguments:
    return {"number": request_of(user).number}


@example("dispatch:remove_repair_part")
def part_of_goods(user: Employee) -> Arguments:
    repair = goods_of(user)
    return {"number": repair.number, "pk": PartUseFactory(task=repair.task).pk}


@example("dispatch:detach_from_repair")
def file_of_goods(user: Employee) -> Arguments:
    repair = goods_of(user)
    return {"number": repair.number, "pk": AttachmentFactory(subject=repair, by=user).pk}


@example("dispatch:settle")
def reported(user: Employee) -> Arguments:
    task = TaskFactory(assigned=True, assignee=user)
    synced = SyncedActionFactory(task=task, refused=True)
    return {"number": task.number, "pk": synced.pk}


@example("dispatch:answer_item")
def checklist_item(user: Employee) -> Arguments:
    task = TaskFactory(accepted=True, assignee=user, customer=customer_of(user))
    item = ChecklistItemFactory(task=task)
    return {"number": item.task.number, "pk": item.pk}


@example("dispatch:answer_at_desk")
def checklist_item_on_the_spot(user: Employee) -> Arguments:
    visit = TaskFactory(working=True, service_request=request_of(user))
    return {"number": visit.number, "pk": ChecklistItemFactory(task=visit).pk}


@example("dispatch:day_plan", "dispatch:accept_day_plan", "dispatch:drop_day_plan")
def day_plan(user: Employee) -> Arguments:
    return {"pk": DayPlanFactory(asked_by=user).pk}


@example("dispatch:wish")
def wish(user: Employee) -> Arguments:
    return {"code": customer_of(user).code}


@example("dispatch:withdraw_wish")
def noted_wish(user: Employee) -> Arguments:
    noted = EngineerWishFactory(customer=customer_of(user))
    return {"code": noted.customer.code, "pk": noted.pk}


@example("dispatch:undo_part")
def finished_part_use(user: Employee) -> Arguments:
    visit = TaskFactory(done=True, assignee=user, service_request=request_of(user))
    return {"number": visit.number, "pk": PartUseFactory(task=visit).pk}


@example("dispatch:take_back_own_time")
def own_time(user: Employee) -> Arguments:
    visit = TaskFactory(done=True, service_request=request_of(user))
    visit.crew.add(user)
    return {"number": visit.number, "pk": TimeEntryFactory(task=visit, employee=user).pk}


@example("dispatch:remove_part")
def part_use(user: Employee) -> Arguments:
    used = PartUseFactory(task__assignee=user, task__customer=customer_of(user))
    return {"number": used.task.number, "pk": used.pk}


# expenses


@example("expenses:number")
def claim(user: Employee) -> Arguments:
    return {"number": ExpenseClaimFactory(claimant=user).number}


@example("expenses:attach")
def outlay(user: Employee) -> Arguments:
    line = ExpenseLineFactory(claim__claimant=user)
    return {"number": line.claim.number, "line": line.pk}


@example("expenses:detach")
def receipt(user: Employee) -> Arguments:
    line = ExpenseLineFactory(claim__claimant=user)
    file = AttachmentFactory(subject=line, by=user)
    return {"number": line.claim.number, "line": line.pk, "pk": file.pk}


@example("expenses:policy")
def expense_policy(_user: Employee) -> Arguments:
    return {"pk": ExpensePolicyFactory().pk}


@example("expenses:create_payment")
def currency(_user: Employee) -> Arguments:
    return {"currency": "CNY"}


@example("expenses:payment_run", "expenses:export_payment")
def payment_run(_user: Employee) -> Arguments:
    return {"number": PaymentRunFactory().number}


@example("expenses:budget")
def budget(_user: Employee) -> Arguments:
    return {"code": OutletFactory().code, "month": "2026-03"}


@example("expenses:request_cost")
def cost_of_request(user: Employee) -> Arguments:
    return {"key": request_of(user).number}


@example("expenses:customer_cost")
def cost_of_customer(user: Employee) -> Arguments:
    return {"key": customer_of(user).code}


@example("expenses:asset_cost")
def cost_of_asset(user: Employee) -> Arguments:
    return {"key": AssetFactory(customer=customer_of(user)).serial_no}


@example("expenses:contract_cost")
def cost_of_contract(user: Employee) -> Arguments:
    return {"key": ServiceContractFactory(customer=customer_of(user)).number}


# reports


@example("reports:rows")
def figure(_user: Employee) -> Arguments:
    return {"figure": Figure.values[0]}


@example("reports:report", "reports:report_rows", "reports:save")
def report(_user: Employee) -> Arguments:
    return {"slug": "promises"}


@example("reports:export")
def export(_user: Employee) -> Arguments:
    return {"slug": "promises", "kind": "csv"}


@example("reports:subscribe", "reports:forget")
def saved_report(user: Employee) -> Arguments:
    return {"pk": SavedReportFactory(owner=user).pk}


@example("reports:unsubscribe")
def subscription(user: Employee) -> Arguments:
    return {"pk": ReportSubscriptionFactory(saved__owner=user, recipient=user).pk}


@example("reports:month", "reports:month_pdf")
def month(_user: Employee) -> Arguments:
    report = MonthlyReportFactory()
    return {"month": f"{report.month:%Y-%m}", "version": report.version}


@example("reports:make_month")
def month_to_make(_user: Employee) -> Arguments:
    return {"month": "2026-09"}


@example("reports:visit")
def return_visit(user: Employee) -> Arguments:
    return {"pk": ReturnVisitFactory(customer=customer_of(user)).pk}
