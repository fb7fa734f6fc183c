"""Fetch the locked front-end packages and copy what the pages use into static/vendor/, what PDFs
are set in into fonts/.

Run by the Makefile as `python vendor.py`. Nothing of it is committed: the lock file pins every
package by its hash, this file says which parts of them are served. A second run with nothing
changed does nothing.
"""

import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODULES = HERE / "node_modules"
VENDOR = HERE / "static" / "vendor"
FONTS = HERE / "fonts"
LOCK = HERE / "package-lock.json"
OLDEST_NODE = 20

FILES = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tom-select.min.js": "tom-select/dist/js/tom-select.complete.min.js",
    "tom-select.min.css": "tom-select/dist/css/tom-select.bootstrap5.min.css",
    "signature_pad.min.js": "signature_pad/dist/signature_pad.umd.min.js",
    "echarts.min.js": "echarts/dist/echarts.min.js",
    "event-calendar.min.js": "@event-calendar/build/dist/event-calendar.min.js",
    "event-calendar.min.css": "@event-calendar/build/dist/event-calendar.min.css",
    "idb.js": "idb/build/umd.js",
}
NOTO = "@expo-google-fonts/noto-sans-sc"
FACES = {
    "NotoSansSC-Regular.ttf": f"{NOTO}/400Regular/NotoSansSC_400Regular.ttf",
    "NotoSansSC-Bold.ttf": f"{NOTO}/700Bold/NotoSansSC_700Bold.ttf",
}
SPRITE = "@tabler/icons-sprite/dist/tabler-sprite.svg"
ICONS = frozenset(
    re.findall(
        r"[\w-]+",
        """
    activity adjustments adjustments-horizontal alarm alert-circle alert-octagon alert-triangle
    archive arrow-back-up arrow-down arrow-forward-up arrow-left arrow-right arrow-up
    arrows-exchange arrows-sort ban barcode bell bell-ringing bolt book book-2 bookmark box
    briefcase building building-factory-2 building-warehouse bulb calendar calendar-check
    calendar-due calendar-event calendar-off camera car cash certificate chart-bar chart-line
    chart-pie check checklist checks chevron-down chevron-left chevron-right chevron-up
    circle-check circle-dashed circle-dot circle-minus circle-plus circle-x clipboard
    clipboard-check clipboard-list clock clock-exclamation clock-pause coin copy credit-card
    crown currency-yen database device-desktop device-floppy device-mobile device-tablet devices
    diamond discount dots download edit engine exclamation-circle external-link eye eye-off file
    file-check file-certificate file-description file-invoice file-text file-x filter filter-off
    flag flame folder gauge git-branch git-compare git-merge hand-stop headset heart-handshake help
    help-circle history home hourglass hourglass-empty id id-badge inbox info-circle key keyboard
    language layout-dashboard layout-list license lifebuoy link list list-check list-details lock
    lock-open login logout mail map-pin message message-2 message-circle messages minus
    mood-empty mood-happy mood-sad moon navigation note notebook notes package package-export
    package-import packages paperclip password pencil phone phone-call phone-incoming
    phone-outgoing photo player-pause player-play player-stop plus point printer progress
    progress-check puzzle qrcode question-mark quote receipt receipt-2 refresh repeat replace
    report report-analytics rocket rotate route scale school search send server settings share
    shield shield-check shield-off shield-x shopping-cart signature sitemap sort-ascending
    sort-descending sparkles speakerphone stack-2 star stethoscope sun switch-horizontal tag
    tags target thumb-down thumb-up ticket tool tools transfer trash trending-down trending-up
    truck truck-delivery upload urgent user user-check user-circle user-plus user-question
    user-search user-star user-x users users-group versions wallet wifi wifi-off world writing x
    zoom-in
    """,
    )
)


def main() -> None:
    stamp, wanted = VENDOR / ".stamp", digest(LOCK, Path(__file__))
    if stamp.exists() and stamp.read_text("utf-8") == wanted:
        return
    install_packages()
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    for name, source in FILES.items():
        write(name, without_source_map((MODULES / source).read_text("utf-8")))
    write("icons.svg", cut_sprite((MODULES / SPRITE).read_text("utf-8"), ICONS))
    FONTS.mkdir(exist_ok=True)
    for name, source in FACES.items():
        shutil.copyfile(MODULES / source, FONTS / name)
    stamp.write_text(wanted, "utf-8")


def digest(*files: Path) -> str:
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def write(name: str, text: str) -> None:
    """With its compressed twin beside it, which is served to whoever takes it (U-26)."""
    (VENDOR / name).write_text(text, "utf-8")
    (VENDOR / f"{name}.gz").write_bytes(gzip.compress(text.encode(), mtime=0))


def without_source_map(text: str) -> str:
    """The text without its pointer to a map, which is not served and would fail the manifest."""
    return re.sub(r"(?m)\s*(?://|/\*)# sourceMappingURL=.*$", "", text)


def cut_sprite(sprite: str, names: frozenset[str]) -> str:
    """A sprite of only the named symbols, each addressed by its bare name."""
    symbols = {
        match["name"]: match[0].replace(f'id="tabler-{match["name"]}"', f'id="{match["name"]}"')
        for match in re.finditer(
            r'<symbol[^>]*id="tabler-(?P<name>[^"]+)".*?</symbol>', sprite, re.DOTALL
        )
        if match["name"] in names
    }
    if missing := sorted(names - symbols.keys()):
        sys.exit(f"vendor.py: the icon sprite has no {', '.join(missing)}.")
    body = "\n".join(symbols[name] for name in sorted(symbols))
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{body}\n</svg>\n'


def install_packages() -> None:
    """`npm ci`, unless node_modules is what the lock file says already."""
    stamp, wanted = MODULES / ".stamp", digest(LOCK)
    if stamp.exists() and stamp.read_text("utf-8") == wanted:
        return
    path = node_path()
    npm = shutil.which("npm", path=path)
    if npm is None:
        sys.exit("vendor.py: node was found without npm; install npm or remove node from PATH.")
    subprocess.run([npm, "ci"], cwd=HERE, env={**os.environ, "PATH": path}, check=True)
    stamp.write_text(wanted, "utf-8")


def node_path() -> str:
    """A PATH with a node that is new enough: the machine's own, or one from the Python registry."""
    path = os.environ.get("PATH", os.defpath)
    if has_node(path):
        return path
    path = os.pathsep.join([str(Path(sys.executable).parent), path])
    if not has_node(path):
        wheel = HERE / "requirements" / "node.txt"
        command = [sys.executable, "-m", "pip", "install", "-q", "--require-hashes", "-r", wheel]
        subprocess.run(command, check=True)
    return path


def has_node(path: str) -> bool:
    node = shutil.which("node", path=path)
    if node is None:
        return False
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    version = re.match(r"v(\d+)", answer.stdout)
    return version is not None and int(version[1]) >= OLDEST_NODE


if __name__ == "__main__":
    main()
