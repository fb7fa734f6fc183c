from django.urls import path

from reports.views import catalogue, dashboard, months, rows, saved, visits

app_name = "reports"
urlpatterns = [
    path("reports/", dashboard.dashboard, name="dashboard"),
    path("reports/panels/", dashboard.panels, name="panels"),
    path("reports/live/", dashboard.live, name="live"),
    path("reports/all/", catalogue.catalogue, name="catalogue"),
    path("reports/all/<slug:slug>/", catalogue.report, name="report"),
    path("reports/all/<slug:slug>/rows/", catalogue.rows_of_report, name="report_rows"),
    path("reports/all/<slug:slug>/save/", saved.save, name="save"),
    path("reports/all/<slug:slug>/<str:kind>/", catalogue.export, name="export"),
    path("reports/saved/", saved.index, name="saved"),
    path("reports/saved/<int:pk>/send/", saved.subscribe, name="subscribe"),
    path("reports/saved/<int:pk>/delete/", saved.forget, name="forget"),
    path("reports/sent/<int:pk>/end/", saved.unsubscribe, name="unsubscribe"),
    path("reports/months/", months.index, name="months"),
    path("reports/months/<str:month>/make/", months.make, name="make_month"),
    path("reports/months/<str:month>/<int:version>/", months.month, name="month"),
    path("reports/months/<str:month>/<int:version>/pdf/", months.as_pdf, name="month_pdf"),
    path("reports/visits/", visits.index, name="visits"),
    path("reports/visits/<int:pk>/", visits.visit, name="visit"),
    path("reports/<str:figure>/", rows.rows, name="rows"),
]
