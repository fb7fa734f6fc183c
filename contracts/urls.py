from django.urls import path

from contracts.views import accounts, catalogue, contracts, renewing

app_name = "contracts"
urlpatterns = [
    path("contracts/", contracts.index, name="index"),
    path("contracts/new/", contracts.create, name="create"),
    path("contracts/panels/<number:number>/", contracts.panels, name="panels"),
    path("contracts/options/", contracts.options, name="options"),
    path("contracts/types/", catalogue.types, name="types"),
    path("contracts/types/new/", catalogue.create_type, name="create_type"),
    path("contracts/types/<number:code>/edit/", catalogue.edit_type, name="edit_type"),
    path("contracts/types/<number:code>/", catalogue.contract_type, name="type"),
    path("contracts/billing/", accounts.billing, name="billing"),
    path("contracts/billing/export.csv", accounts.billing_csv, name="billing_csv"),
    path("contracts/default-promises/", catalogue.defaults, name="defaults"),
    path("contracts/default-promises/new/", catalogue.create_default, name="create_default"),
    path("contracts/default-promises/<int:pk>/", catalogue.edit_default, name="edit_default"),
    path(
        "contracts/<number:number>/allowances/<int:pk>/approve/",
        accounts.approve_beyond,
        name="approve_beyond",
    ),
    path(
        "contracts/<number:number>/allowances/<int:pk>/refuse/",
        accounts.refuse_beyond,
        name="refuse_beyond",
    ),
    path("contracts/<number:number>/covered/", contracts.covered_assets, name="covered"),
    path("contracts/<number:number>/edit/", contracts.edit, name="edit"),
    path("contracts/<number:number>/submit/", contracts.submit, name="submit"),
    path("contracts/<number:number>/withdraw/", contracts.withdraw, name="withdraw"),
    path("contracts/<number:number>/approve/", contracts.approve, name="approve"),
    path("contracts/<number:number>/reject/", contracts.reject, name="reject"),
    path("contracts/<number:number>/suspend/", contracts.suspend, name="suspend"),
    path("contracts/<number:number>/resume/", contracts.resume, name="resume"),
    path("contracts/<number:number>/terminate/", contracts.terminate, name="terminate"),
    path("contracts/<number:number>/amend/", contracts.amend, name="amend"),
    path("contracts/<number:number>/proposal/", renewing.proposal, name="proposal"),
    path("contracts/<number:number>/contract.pdf", renewing.document, name="document"),
    path("contracts/<number:number>/renew/", renewing.renew, name="renew"),
    path("contracts/<number:number>/billing/", accounts.set_billing, name="set_billing"),
    path("contracts/<number:number>/billing/<int:pk>/invoice/", accounts.invoice, name="invoice"),
    path("contracts/<number:number>/billing/<int:pk>/pay/", accounts.pay, name="pay"),
    path("contracts/<number:number>/allowances/", accounts.uses, name="uses"),
    path("contracts/<number:number>/", contracts.detail, name="detail"),
]
