"""What makes the tablet an installed one: its worker, its manifest, and the page for what is not on
it.
"""

import hashlib
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import get_template, render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crmservice.web.access import allowed, public
from crmservice.web.http import StaffRequest

FILES = (
    "vendor/tabler.min.css",
    "vendor/icons.svg",
    "vendor/signature_pad.min.js",
    "vendor/tom-select.min.js",
    "vendor/tom-select.min.css",
    "css/tokens.css",
    "css/components.css",
    "css/print.css",
    "css/tablet.css",
    "css/dispatch.css",
    "css/entrance.css",
    "django_htmx/htmx-2.min.js",
    "js/theme.js",
    "js/form.js",
    "js/clock.js",
    "js/toasts.js",
    "js/signature.js",
    "js/tablet-log.js",
    "js/tablet-check.js",
    "js/tablet-draft.js",
    "js/tablet-left.js",
    "js/tablet.js",
    "icons/favicon.svg",
    "icons/mark.svg",
)
COLOUR = "#0b5568"


@public
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """At the root, so that it may see all of the tablet's pages; asked for anew each time."""
    words = {"version": version(), "files": [static(name) for name in FILES]}
    script = render(request, "dispatch/worker.js", words, content_type="text/javascript")
    script["Cache-Control"] = "no-cache"
    return script


@cache
def version() -> str:
    """Another one as soon as a file of the tablet is another; read once a process."""
    found = (finders.find(name) for name in FILES)
    files = [Path(str(path)) for path in found if path]
    templates = map(
        get_template, ("dispatch/worker.js", "dispatch/left.html", "dispatch/empty.html")
    )
    files += [Path(each.template.origin.name) for each in templates]  # type: ignore[attr-defined]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


@public
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What the device needs to keep it among its programs."""
    del request
    icons = [
        {"src": static(f"icons/tablet-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
        for size in (192, 512)
    ]
    return JsonResponse(
        {
            "name": _("My jobs") + " · " + _("Customer service"),
            "short_name": _("My jobs"),
            "start_url": reverse("dispatch:my_day"),
            "scope": "/",
            "display": "standalone",
            "background_color": COLOUR,
            "theme_color": COLOUR,
            "icons": icons,
        },
        content_type="application/manifest+json",
        headers={"Cache-Control": "no-cache"},
    )


@require_safe
@allowed("dispatch.carry_out")
def away(request: StaffRequest) -> HttpResponse:
    """Kept on the tablet for what it does not have."""
    return render(request, "dispatch/away.html")


@public
@require_safe
def left(request: HttpRequest) -> HttpResponse:
    """What a tablet shows after a log-out that the server does not know of yet; the same for
    everybody, and made without the request, whose person it must not name.
    """
    del request
    return HttpResponse(render_to_string("dispatch/left.html"))


@public
@require_safe
def empty(request: HttpRequest) -> HttpResponse:
    """What a tablet shows without network once it has forgotten its work; made as `left` is."""
    del request
    return HttpResponse(render_to_string("dispatch/empty.html"))
