"""Numbers and codes of records in an address."""

from django.urls import register_converter


class NumberConverter:
    """A number as the company writes it, slash and all: "2026/0017" is one step of the path.

    Only the slash is written otherwise, and the sign that writes it: servers decode an address
    once, so that what is behind it is still one step when it is compared with the routes.
    """

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        return value.replace("%2F", "/").replace("%25", "%")

    def to_url(self, value: str) -> str:
        return str(value).replace("%", "%25").replace("/", "%2F")


register_converter(NumberConverter, "number")
