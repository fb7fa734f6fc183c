from django.urls import path

from knowledge import views

app_name = "knowledge"
urlpatterns = [
    path("knowledge/", views.index, name="index"),
    path("knowledge/new/", views.create, name="create"),
    path("knowledge/suggest/", views.suggest, name="suggest"),
    path("knowledge/options/", views.options, name="options"),
    path("knowledge/fault-codes/", views.fault_codes, name="fault_codes"),
    path("knowledge/fault-codes/new/", views.create_fault_code, name="create_fault_code"),
    path("knowledge/fault-codes/<path:code>/edit/", views.edit_fault_code, name="edit_fault_code"),
    path("knowledge/fault-codes/<path:code>/", views.fault_code, name="fault_code"),
    path("knowledge/<str:number>/", views.detail, name="detail"),
    path("knowledge/<str:number>/edit/", views.edit, name="edit"),
    path("knowledge/<str:number>/versions/<int:version>/", views.version, name="version"),
    path("knowledge/<str:number>/submit/", views.submit, name="submit"),
    path("knowledge/<str:number>/publish/", views.publish, name="publish"),
    path("knowledge/<str:number>/send-back/", views.send_back, name="send_back"),
    path("knowledge/<str:number>/revise/", views.revise, name="revise"),
    path("knowledge/<str:number>/recheck/", views.recheck, name="recheck"),
    path("knowledge/<str:number>/retire/", views.retire, name="retire"),
]
