from django.urls import path

from contracts.views import accounts, catalogue, contracts, renewing

app_name = "contracts"
urlpatterns = [
    path("contracts/", contracts.index, name="index"),
    path("contracts/new/", contracts.create, name="create"),
    path("contracts/panels/<path:number>/", contracts.panels, name="panels"),
    path("contracts/options/", contracts.options, name="options"),
    path("contracts/types/", catalogue.types, name="types"),
    path("contracts/types/new/", catalogue.create_type, name="create_type"),
    path("contracts/types/<path:code>/edit/", catalogue.edit_type, name="edit_type"),
    path("contracts/types/<path:code>/", catalogue.contract_type, name="type"),
    path("contracts/billing/", accounts.billing, name="billing"),
    path("contracts/billing/export.csv", accounts.billing_csv, name="billing_csv"),
    path("contracts/default-promises/", catalogue.defaults, name="defaults"),
    path("contracts/default-promises/new/", catalogue.create_default, name="create_default"),
    path("contracts/default-promises/<int:pk>/", catalogue.edit_default, name="edit_default"),
    # A number may hold slashes: the longer paths stand before those that they end like.
    path(
        "contracts/<path:number>/allowances/<int:pk>/approve/",
        accounts.approve_beyond,
        name="approve_beyond",
    ),
    path(
        "contracts/<path:number>/allowances/<int:pk>/refuse/",
        accounts.refuse_beyond,
        name="refuse_beyond",
    ),
    path("contracts/<path:number>/covered/", contracts.covered_assets, name="covered"),
    path("contracts/<path:number>/edit/", contracts.edit, name="edit"),
    path("contracts/<path:number>/submit/", contracts.submit, name="submit"),
    path("contracts/<path:number>/withdraw/", contracts.withdraw, name="withdraw"),
    path("contracts/<path:number>/approve/", contracts.approve, name="approve"),
    path("contracts/<path:number>/reject/", contracts.reject, name="reject"),
    path("contracts/<path:number>/suspend/", contracts.suspend, name="suspend"),
    path("contracts/<path:number>/resume/", contracts.resume, name="resume"),
    path("contracts/<path:number>/terminate/", contracts.terminate, name="terminate"),
    path("contracts/<path:number>/amend/", contracts.amend, name="amend"),
    path("contracts/<path:number>/proposal/", renewing.proposal, name="proposal"),
    path("contracts/<path:number>/contract.pdf", renewing.document, name="document"),
    path("contracts/<path:number>/renew/", renewing.renew, name="renew"),
    path("contracts/<path:number>/billing/", accounts.set_billing, name="set_billing"),
    path("contracts/<path:number>/billing/<int:pk>/invoice/", accounts.invoice, name="invoice"),
    path("contracts/<path:number>/billing/<int:pk>/pay/", accounts.pay, name="pay"),
    path("contracts/<path:number>/allowances/", accounts.uses, name="uses"),
    path("contracts/<path:number>/", contracts.detail, name="detail"),
]
