"""What a browser says of itself, by its owner's words."""

import pytest

from employees.devices import device

MOZILLA = "Mozilla/5.0"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (f"{MOZILLA} (Windows NT 10.0; Win64) {CHROME} Safari/537.36 Edg/141.0", "Edge · Windows"),
        (f"{MOZILLA} (Linux; Android 15; PJZ110) {CHROME} Safari/537.36", "Chrome · Android"),
        (f"{MOZILLA} (Phone; OpenHarmony 5.0) {CHROME} Safari/537.36", "Chrome · HarmonyOS"),
        (
            f"{MOZILLA} (iPhone; CPU iPhone OS 18_0 like Mac OS X) MicroMessenger/8.0",
            "WeChat · iPhone",
        ),
        (f"{MOZILLA} (Macintosh; Intel Mac OS X 14) Version/18.0 Safari/605.1", "Safari · macOS"),
        ("curl/8.14", ""),
        ("", ""),
    ],
)
def test_a_device_is_called_by_its_browser_and_its_system(said, words):
    assert device(said) == words
