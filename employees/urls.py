app_name = "employees"
urlpatterns: list = []
