from django.urls import path

from contracts.views import catalogue, contracts

app_name = "contracts"
urlpatterns = [
    path("contracts/", contracts.index, name="index"),
    path("contracts/new/", contracts.create, name="create"),
    path("contracts/options/", contracts.options, name="options"),
    path("contracts/types/", catalogue.types, name="types"),
    path("contracts/types/new/", catalogue.create_type, name="create_type"),
    path("contracts/types/<path:code>/edit/", catalogue.edit_type, name="edit_type"),
    path("contracts/types/<path:code>/", catalogue.contract_type, name="type"),
    path("contracts/default-promises/", catalogue.defaults, name="defaults"),
    path("contracts/default-promises/new/", catalogue.create_default, name="create_default"),
    path("contracts/default-promises/<int:pk>/", catalogue.edit_default, name="edit_default"),
    path("contracts/<path:number>/edit/", contracts.edit, name="edit"),
    path("contracts/<path:number>/submit/", contracts.submit, name="submit"),
    path("contracts/<path:number>/withdraw/", contracts.withdraw, name="withdraw"),
    path("contracts/<path:number>/approve/", contracts.approve, name="approve"),
    path("contracts/<path:number>/reject/", contracts.reject, name="reject"),
    path("contracts/<path:number>/terminate/", contracts.terminate, name="terminate"),
    path("contracts/<path:number>/amend/", contracts.amend, name="amend"),
    path("contracts/<path:number>/renew/", contracts.renew, name="renew"),
    path("contracts/<path:number>/", contracts.detail, name="detail"),
]
