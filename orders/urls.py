from django.urls import path

from orders.views import lines, plans, records, verbs

app_name = "orders"
urlpatterns = [
    path("orders/", records.index, name="index"),
    path("orders/new/", records.create, name="create"),
    path("orders/prices/", plans.price_plans, name="price_plans"),
    path("orders/prices/new/", plans.add_price_plan, name="add_price_plan"),
    path("orders/<str:number>/", records.detail, name="detail"),
    path("orders/<str:number>/parts/", lines.add_part, name="add_part"),
    path("orders/<str:number>/work/", lines.add_work, name="add_work"),
    path("orders/<str:number>/call-out/", lines.add_call_out, name="add_call_out"),
    path("orders/<str:number>/lines/<int:pk>/price/", lines.set_price, name="set_price"),
    path("orders/<str:number>/lines/<int:pk>/goodwill/", lines.give, name="give"),
    path("orders/<str:number>/lines/<int:pk>/remove/", lines.remove, name="remove"),
    path("orders/<str:number>/submit/", verbs.submit, name="submit"),
    path("orders/<str:number>/approve/", verbs.approve, name="approve"),
    path("orders/<str:number>/send-back/", verbs.send_back, name="send_back"),
    path("orders/<str:number>/deliver/", verbs.deliver, name="deliver"),
    path("orders/<str:number>/invoice/", verbs.invoice, name="invoice"),
    path("orders/<str:number>/settle/", verbs.settle, name="settle"),
    path("orders/<str:number>/cancel/", verbs.cancel, name="cancel"),
]
