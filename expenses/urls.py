from django.urls import path

from expenses.views import claims, costs, verbs

app_name = "expenses"
urlpatterns = [
    path("expenses/", claims.index, name="index"),
    path("expenses/new/", claims.create, name="create"),
    path("expenses/<str:number>/", claims.detail, name="detail"),
    path("expenses/<str:number>/edit/", claims.edit, name="edit"),
    path("expenses/<str:number>/submit/", verbs.submit, name="submit"),
    path("expenses/<str:number>/withdraw/", verbs.withdraw, name="withdraw"),
    path("expenses/<str:number>/approve/", verbs.approve, name="approve"),
    path("expenses/<str:number>/reject/", verbs.reject, name="reject"),
    path("expenses/<str:number>/send-back/", verbs.send_back, name="send_back"),
    path("expenses/<str:number>/pay/", verbs.pay, name="pay"),
    path("costs/requests/<path:key>/", costs.of_request, name="request_cost"),
    path("costs/customers/<path:key>/", costs.of_customer, name="customer_cost"),
    path("costs/assets/<path:key>/", costs.of_asset, name="asset_cost"),
    path("costs/contracts/<path:key>/", costs.of_contract, name="contract_cost"),
]
