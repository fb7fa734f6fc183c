from django.urls import path

from reports.views import dashboard, rows

app_name = "reports"
urlpatterns = [
    path("reports/", dashboard.dashboard, name="dashboard"),
    path("reports/<str:figure>/", rows.rows, name="rows"),
]
