from django.urls import path

from dispatch.views import calendars, desk, tablet

app_name = "dispatch"
urlpatterns = [
    path("tasks/", desk.index, name="index"),
    path("tasks/new/", desk.plan, name="plan"),
    path("tasks/suggestions/", desk.suggestions, name="suggestions"),
    path("tasks/options/", desk.options, name="options"),
    path("tasks/<str:number>/", desk.detail, name="detail"),
    path("tasks/<str:number>/edit/", desk.edit, name="edit"),
    path("tasks/<str:number>/assign/", desk.assign, name="assign"),
    path("tasks/<str:number>/unassign/", desk.unassign, name="unassign"),
    path("tasks/<str:number>/cancel/", desk.cancel, name="cancel"),
    path("calendar/", calendars.my_calendar, name="my_calendar"),
    path("calendar/link/", calendars.link, name="link_calendar"),
    path("calendar/unlink/", calendars.unlink, name="unlink_calendar"),
    path("calendar/<str:token>.ics", calendars.tasks, name="feed"),
    path("tablet/", tablet.my_day, name="my_day"),
    path("tablet/<str:number>/", tablet.job, name="job"),
    path("tablet/<str:number>/accept/", tablet.accept, name="accept"),
    path("tablet/<str:number>/refuse/", tablet.refuse, name="refuse"),
    path("tablet/<str:number>/travel/", tablet.travel, name="travel"),
    path("tablet/<str:number>/arrive/", tablet.arrive, name="arrive"),
    path("tablet/<str:number>/start/", tablet.start, name="start"),
    path("tablet/<str:number>/restore/", tablet.restore, name="restore"),
    path("tablet/<str:number>/parts/", tablet.find_parts, name="find_parts"),
    path("tablet/<str:number>/parts/add/", tablet.add_part, name="add_part"),
    path("tablet/<str:number>/parts/<int:pk>/remove/", tablet.remove_part, name="remove_part"),
    path("tablet/<str:number>/draft/", tablet.save_draft, name="save_draft"),
    path("tablet/<str:number>/complete/", tablet.complete, name="complete"),
    path("tablet/<str:number>/not-solved/", tablet.not_solved, name="not_solved"),
]
