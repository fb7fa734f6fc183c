"""What a browser says of itself, in the words that its owner knows it by. Pure."""

BROWSERS = (  # the more particular first: most say that they are Chrome and Safari, too
    ("MicroMessenger/", "WeChat"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("OpenHarmony", "HarmonyOS"),
    ("Android", "Android"),
    ("iPad", "iPad"),
    ("iPhone", "iPhone"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def device(user_agent: str) -> str:
    """ "Chrome · Windows"; what is known of it, and nothing where nothing is."""
    found = (first_in(user_agent, words) for words in (BROWSERS, SYSTEMS))
    return " · ".join(filter(None, found))


def first_in(text: str, words: tuple[tuple[str, str], ...]) -> str:
    return next((name for sign, name in words if sign in text), "")
