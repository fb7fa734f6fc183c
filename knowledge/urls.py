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
        "knowledge/fault-codes/<number:code>/edit/",
        articles.edit_fault_code,
        name="edit_fault_code",
    ),
    path("knowledge/fault-codes/<number:code>/", articles.fault_code, name="fault_code"),
    path("knowledge/symptoms/", faults.symptoms, name="symptoms"),
    path("knowledge/symptoms/new/", faults.add_symptom, name="add_symptom"),
    path("knowledge/symptoms/<number:code>/edit/", faults.edit_symptom, name="edit_symptom"),
    path("knowledge/symptoms/<number:code>/causes/new/", faults.add_cause, name="add_cause"),
    path("knowledge/symptoms/<number:code>/", faults.symptom, name="symptom"),
    path("knowledge/causes/<int:pk>/edit/", faults.edit_cause, name="edit_cause"),
    path("knowledge/causes/<int:pk>/remove/", faults.remove_cause, name="remove_cause"),
    path("knowledge/gaps/", reading.gaps, name="gaps"),
    path("knowledge/gaps/<int:pk>/set-aside/", reading.set_aside, name="set_aside"),
    path("knowledge/<number:number>/", articles.detail, name="detail"),
    path("knowledge/<number:number>/edit/", articles.edit, name="edit"),
    path("knowledge/<number:number>/versions/<int:version>/", articles.version, name="version"),
    path("knowledge/<number:number>/submit/", articles.submit, name="submit"),
    path("knowledge/<number:number>/publish/", articles.publish, name="publish"),
    path("knowledge/<number:number>/send-back/", articles.send_back, name="send_back"),
    path("knowledge/<number:number>/revise/", articles.revise, name="revise"),
    path("knowledge/<number:number>/recheck/", articles.recheck, name="recheck"),
    path("knowledge/<number:number>/retire/", articles.retire, name="retire"),
    path("knowledge/<number:number>/helpful/", reading.helpful, name="helpful"),
    path("knowledge/<number:number>/not-helpful/", reading.unhelpful, name="unhelpful"),
    path("knowledge/<number:number>/keep/", reading.keep, name="keep"),
]
