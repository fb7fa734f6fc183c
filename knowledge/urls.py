from django.urls import path

from knowledge.views import articles, faults, reading

app_name = "knowledge"
urlpatterns = [
    path("knowledge/", articles.index, name="index"),
    path("knowledge/new/", articles.create, name="create"),
    path("knowledge/suggest/", articles.suggest, name="suggest"),
    path("knowledge/options/", articles.options, name="options"),
    path("knowledge/fault-codes/", articles.fault_codes, name="fault_codes"),
    path("knowledge/fault-codes/new/", articles.create_fault_code, name="create_fault_code"),
    path(
        "knowledge/fault-codes/<path:code>/edit/", articles.edit_fault_code, name="edit_fault_code"
    ),
    path("knowledge/fault-codes/<path:code>/", articles.fault_code, name="fault_code"),
    path("knowledge/symptoms/", faults.symptoms, name="symptoms"),
    path("knowledge/symptoms/new/", faults.add_symptom, name="add_symptom"),
    path("knowledge/symptoms/<path:code>/edit/", faults.edit_symptom, name="edit_symptom"),
    path("knowledge/symptoms/<path:code>/causes/new/", faults.add_cause, name="add_cause"),
    path("knowledge/symptoms/<path:code>/", faults.symptom, name="symptom"),
    path("knowledge/causes/<int:pk>/edit/", faults.edit_cause, name="edit_cause"),
    path("knowledge/causes/<int:pk>/remove/", faults.remove_cause, name="remove_cause"),
    path("knowledge/gaps/", reading.gaps, name="gaps"),
    path("knowledge/gaps/<int:pk>/set-aside/", reading.set_aside, name="set_aside"),
    path("knowledge/<str:number>/", articles.detail, name="detail"),
    path("knowledge/<str:number>/edit/", articles.edit, name="edit"),
    path("knowledge/<str:number>/versions/<int:version>/", articles.version, name="version"),
    path("knowledge/<str:number>/submit/", articles.submit, name="submit"),
    path("knowledge/<str:number>/publish/", articles.publish, name="publish"),
    path("knowledge/<str:number>/send-back/", articles.send_back, name="send_back"),
    path("knowledge/<str:number>/revise/", articles.revise, name="revise"),
    path("knowledge/<str:number>/recheck/", articles.recheck, name="recheck"),
    path("knowledge/<str:number>/retire/", articles.retire, name="retire"),
    path("knowledge/<str:number>/helpful/", reading.helpful, name="helpful"),
    path("knowledge/<str:number>/not-helpful/", reading.unhelpful, name="unhelpful"),
    path("knowledge/<str:number>/keep/", reading.keep, name="keep"),
]
