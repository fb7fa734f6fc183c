from django.urls import path

from expenses.views import (
    budgets,
    claims,
    costs,
    deciding,
    payments,
    policies,
    receipts,
    verbs,
    writing,
)

app_name = "expenses"
urlpatterns = [
    path("expenses/", claims.index, name="index"),
    path("expenses/new/", writing.create, name="create"),
    path("expenses/check/", writing.check, name="check"),
    path("expenses/policies/", policies.index, name="policies"),
    path("expenses/policies/new/", policies.create, name="create_policy"),
    path("expenses/policies/<int:pk>/", policies.edit, name="policy"),
    path("expenses/payments/", payments.index, name="payments"),
    path("expenses/payments/new/<str:currency>/", payments.create, name="create_payment"),
    path("expenses/payments/<number:number>/", payments.detail, name="payment_run"),
    path("expenses/payments/<number:number>/export/", payments.export, name="export_payment"),
    path("expenses/budgets/", budgets.index, name="budgets"),
    path("expenses/budgets/<number:code>/<str:month>/", budgets.edit, name="budget"),
    path("expenses/<number:number>/", claims.detail, name="detail"),
    path("expenses/<number:number>/edit/", writing.edit, name="edit"),
    path("expenses/<number:number>/lines/<int:line>/attach/", receipts.attach, name="attach"),
    path(
        "expenses/<number:number>/lines/<int:line>/receipts/<int:pk>/remove/",
        receipts.detach,
        name="detach",
    ),
    path("expenses/<number:number>/submit/", verbs.submit, name="submit"),
    path("expenses/<number:number>/withdraw/", verbs.withdraw, name="withdraw"),
    path("expenses/<number:number>/approve/", deciding.approve, name="approve"),
    path("expenses/<number:number>/reject/", verbs.reject, name="reject"),
    path("expenses/<number:number>/send-back/", verbs.send_back, name="send_back"),
    path("costs/requests/<number:key>/", costs.of_request, name="request_cost"),
    path("costs/customers/<number:key>/", costs.of_customer, name="customer_cost"),
    path("costs/assets/<number:key>/", costs.of_asset, name="asset_cost"),
    path("costs/contracts/<number:key>/", costs.of_contract, name="contract_cost"),
]
