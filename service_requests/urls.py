from django.urls import path

from service_requests.views import detail, intake, queue, surveys, verbs

app_name = "service_requests"
urlpatterns = [
    path("requests/", queue.index, name="index"),
    path("requests/options/", queue.options, name="options"),
    path("requests/fault-codes/", queue.fault_codes, name="fault_codes"),
    path("requests/new/", intake.log, name="log"),
    path("requests/new/known/", intake.known_caller, name="known"),
    path("requests/new/callers/", intake.callers, name="callers"),
    path("requests/new/assets/", intake.callers_assets, name="callers_assets"),
    path("survey/", surveys.answer, name="survey"),
    path("survey/<str:token>/", surveys.link, name="survey_link"),
    path("requests/<str:number>/", detail.detail, name="detail"),
    path("requests/<str:number>/survey/", surveys.send, name="send_survey"),
    path(
        "requests/<str:number>/survey/telephone/", surveys.by_telephone, name="survey_by_telephone"
    ),
    path("requests/<str:number>/edit/", detail.edit, name="edit"),
    path("requests/<str:number>/promises/<int:pk>/", detail.promise, name="promise"),
    path("requests/<str:number>/accept/", verbs.accept, name="accept"),
    path("requests/<str:number>/transfer/", verbs.transfer, name="transfer"),
    path("requests/<str:number>/escalate/", verbs.escalate, name="escalate"),
    path("requests/<str:number>/involve/", verbs.involve, name="involve"),
    path("requests/<str:number>/priority/", verbs.change_priority, name="change_priority"),
    path("requests/<str:number>/cover/", verbs.check_cover, name="check_cover"),
    path("requests/<str:number>/respond/", verbs.respond, name="respond"),
    path("requests/<str:number>/answer/", verbs.answer, name="answer"),
    path("requests/<str:number>/note/", verbs.note, name="note"),
    path("requests/<str:number>/hand-over/", verbs.hand_over, name="hand_over"),
    path(
        "requests/<str:number>/hand-overs/<int:pk>/answer/",
        verbs.answer_handover,
        name="answer_handover",
    ),
    path(
        "requests/<str:number>/hand-overs/<int:pk>/withdraw/",
        verbs.withdraw_handover,
        name="withdraw_handover",
    ),
    path("requests/<str:number>/hold/", verbs.put_on_hold, name="put_on_hold"),
    path("requests/<str:number>/resume/", verbs.resume, name="resume"),
    path("requests/<str:number>/arrive/", verbs.arrive, name="arrive"),
    path("requests/<str:number>/restore/", verbs.restore, name="restore"),
    path("requests/<str:number>/resolve/", verbs.resolve, name="resolve"),
    path("requests/<str:number>/codes/", verbs.record_codes, name="record_codes"),
    path("requests/<str:number>/ask/", verbs.ask_customer, name="ask_customer"),
    path("requests/<str:number>/close/", verbs.close, name="close"),
    path("requests/<str:number>/close-unasked/", verbs.close_unasked, name="close_unasked"),
    path("requests/<str:number>/reopen/", verbs.reopen, name="reopen"),
    path("requests/<str:number>/cancel/", verbs.cancel, name="cancel"),
    path("requests/<str:number>/draft-article/", verbs.draft_article, name="draft_article"),
]
