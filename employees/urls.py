from django.urls import path

from employees.views import entrance, log_ins, organisation, people, rota

app_name = "employees"
urlpatterns = [
    path("setup/", entrance.set_up, name="set_up"),
    path("employees/", people.index, name="index"),
    path("employees/new/", people.create, name="create"),
    path("employees/me/", people.me, name="me"),
    path("employees/me/log-ins/", log_ins.index, name="log_ins"),
    path("employees/me/log-ins/end-others/", log_ins.end_others, name="end_other_log_ins"),
    path("employees/me/log-ins/<int:pk>/end/", log_ins.end, name="end_log_in"),
    path("employees/options/", people.choose, name="options"),
    path("employees/rights/", people.rights, name="rights"),
    path("employees/outlets/", organisation.outlets, name="outlets"),
    path("employees/outlets/new/", organisation.create_outlet, name="create_outlet"),
    path("employees/outlets/<str:code>/", organisation.outlet, name="outlet"),
    path("employees/outlets/<str:code>/edit/", organisation.edit_outlet, name="edit_outlet"),
    path("employees/rota/", rota.index, name="rota"),
    path("employees/rota/new/", rota.put_on_call, name="put_on_call"),
    path("employees/rota/<int:pk>/edit/", rota.edit, name="edit_on_call"),
    path("employees/rota/<int:pk>/remove/", rota.remove, name="take_off_call"),
    path("employees/calendars/", organisation.calendars, name="calendars"),
    path("employees/calendars/new/", organisation.create_calendar, name="create_calendar"),
    path("employees/calendars/<str:code>/", organisation.calendar, name="calendar"),
    path("employees/calendars/<str:code>/edit/", organisation.edit_calendar, name="edit_calendar"),
    path("employees/calendars/<str:code>/days/", organisation.set_day, name="set_day"),
    path(
        "employees/calendars/<str:code>/holidays/",
        organisation.take_over_holidays,
        name="take_over_holidays",
    ),
    path(
        "employees/calendars/<str:code>/days/<int:pk>/remove/",
        organisation.remove_day,
        name="remove_day",
    ),
    path("employees/<str:employee_no>/", people.detail, name="detail"),
    path("employees/<str:employee_no>/edit/", people.edit, name="edit"),
    path("employees/<str:employee_no>/skills/", people.skills, name="skills"),
    path("employees/<str:employee_no>/absences/", people.note_absence, name="note_absence"),
    path(
        "employees/<str:employee_no>/absences/<int:pk>/cancel/",
        people.cancel_absence,
        name="cancel_absence",
    ),
    path("employees/<str:employee_no>/open-log-in/", people.open_log_in, name="open_log_in"),
    path("employees/<str:employee_no>/close-log-in/", people.close_log_in, name="close_log_in"),
]
