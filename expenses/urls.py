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
    path("expenses/payments/<str:number>/", payments.detail, name="payment_run"),
    path("expenses/payments/<str:number>/export/", payments.export, name="export_payment"),
    path("expenses/budgets/", budgets.index, name="budgets"),
    path("expenses/budgets/<str:code>/<str:month>/", budgets.edit, name="budget"),
    path("expenses/<str:number>/", claims.detail, name="detail"),
    path("expenses/<str:number>/edit/", writing.edit, name="edit"),
    path("expenses/<str:number>/lines/<int:line>/attach/", receipts.attach, name="attach"),
    path(
        "expenses/<str:number>/lines/<int:line>/receipts/<int:pk>/remove/",
        receipts.detach,
        name="detach",
    ),
    path("expenses/<str:number>/submit/", verbs.submit, name="submit"),
    path("expenses/<str:number>/withdraw/", verbs.withdraw, name="withdraw"),
    path("expenses/<str:number>/approve/", deciding.approve, name="approve"),
    path("expenses/<str:number>/reject/", verbs.reject, name="reject"),
    path("expenses/<str:number>/send-back/", verbs.send_back, name="send_back"),
    path("costs/requests/<path:key>/", costs.of_request, name="request_cost"),
    path("costs/customers/<path:key>/", costs.of_customer, name="customer_cost"),
    path("costs/assets/<path:key>/", costs.of_asset, name="asset_cost"),
    path("costs/contracts/<path:key>/", costs.of_contract, name="contract_cost"),
]
