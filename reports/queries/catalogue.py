"""All reports, in the order in which the head asks."""

from reports.queries.declared import customers, money, requests, work
from reports.queries.declaring import Report

CATALOGUE: dict[str, Report] = {
    each.slug: each
    for each in (
        requests.TODAY,
        requests.PROMISES,
        requests.TIMES,
        requests.WORKLOAD,
        requests.FIRST_TIME_FIX,
        requests.RINGS,
        customers.SATISFIED,
        customers.MATRIX,
        work.FAULT_REPORT,
        money.COST,
        money.SALES,
        money.CONTRACT_REPORT,
        money.EXPENSES,
        work.PARTS,
        customers.CUSTOMERS,
        customers.SIGNALS,
        customers.LOYALTY,
        work.PLANNED,
        work.KNOWLEDGE,
        work.RECORDS,
    )
}
