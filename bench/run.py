"""make bench: the floor app and the product on the same server set-up, one after the other.

    BENCH_N=10000 python bench/run.py

Both run under gunicorn gthread 2×4 on PostgreSQL (TEST_DATABASE_URL, or the one on loopback), each in a
database of its own that is kept for the next run of the same size. Prints, for each page, the product's
median and CPU beside the floor's, and their ratio (goals: speed.md).
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("BENCH_SHARED", ROOT.parent / "shared")) / "bench"
SIZE = int(os.environ.get("BENCH_N", "10000"))
SERVER = os.environ.get("TEST_DATABASE_URL") or "postgres://postgres@127.0.0.1:5432/postgres"
REDIS = os.environ.get("TEST_REDIS_URL") or "redis://127.0.0.1:6379/7"
FLOOR_PORT, PORT = 8400, 8410
START_SECONDS = 40
PAIRS = {
    "queue": "queue_lean",
    "detail": "detail",
    "search": "search",
    "caller_search": "",
    "create_form": "create_form",
    "create": "create",
    "dashboard": "dashboard_rollup",
    "dashboard_year": "",
    "report_promises": "",
    "report_throughput": "",
    "report_by_outlet": "",
    "report_by_customer": "",
    "login_page": "login_page",
}
USER = """
from employees.models import Employee, Outlet
outlet, _ = Outlet.objects.get_or_create(code="HQ", defaults={"name": "HQ"})
person, _ = Employee.objects.get_or_create(
    employee_no="bench", defaults={"name": "Bench", "role": "service_manager", "outlet": outlet}
)
person.set_password("bench-bench-1")
person.save()
"""


def main() -> None:
    if not SHARED.is_dir():
        sys.exit(f"The load harness is not at {SHARED}: name its folder in BENCH_SHARED.")
    floor = measure_floor()
    product = measure_product()
    print_table(product, floor)


def measure_floor() -> dict[str, dict]:
    name = f"crm_floor_{SIZE}"
    if not exists(name):
        psql("postgres", f"create database {name}")
        psql(name, file=SHARED / "floor" / "seed.sql")
    host = urlsplit(SERVER)
    dsn = f"host={host.hostname} port={host.port or 5432} user={host.username} dbname={name}"
    environment = {"FLOOR_DSN": dsn, "FLOOR_SESSION": "db"}
    folder = SHARED / "floor"
    run([sys.executable, "app.py", "init"], environment, folder)
    with gunicorn(["app:application"], FLOOR_PORT, environment, folder) as pid:
        values = ["--set", f"N={SIZE}", "--set", f"CUST={max(SIZE // 10, 1)}"]
        only = [pair for pair in PAIRS.values() if pair]
        return load(folder / "scenario.toml", FLOOR_PORT, pid, values, only)


def measure_product() -> dict[str, dict]:
    name = f"crm_bench_{SIZE}"
    host = urlsplit(SERVER)
    environment = {
        "CRMSERVICE_MODE": "embedded",
        "DATABASE_URL": host._replace(path=f"/{name}").geturl(),
        "REDIS_URL": REDIS,
        "DJANGO_SECRET_KEY": "bench-" + "0" * 60,
    }
    manage = [sys.executable, "manage.py"]
    if not exists(name):
        psql("postgres", f"create database {name}")
        run([*manage, "migrate", "--verbosity", "0"], environment, ROOT)
        run([*manage, "seed", "--requests", str(SIZE)], environment, ROOT)
        run([*manage, "rebuild_facts"], environment, ROOT)
        psql(name, "vacuum analyze")
    run([*manage, "shell", "--verbosity", "0", "-c", USER], environment, ROOT)
    with gunicorn(["crmservice.wsgi:application"], PORT, environment, ROOT) as pid:
        return load(ROOT / "bench" / "product.toml", PORT, pid, [], list(PAIRS))


@contextmanager
def gunicorn(app: list[str], port: int, environment: dict[str, str], folder: Path):
    """The process id of a running server; it is stopped at the end."""
    command = [sys.executable, "-m", "gunicorn", "-k", "gthread", "-w", "2", "--threads", "4"]
    command += ["--bind", f"127.0.0.1:{port}", "--no-control-socket", *app]
    server = subprocess.Popen(command, cwd=folder, env={**os.environ, **environment})
    try:
        wait_for(port)
        yield server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(START_SECONDS)


def wait_for(port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        Event().wait(0.2)
    sys.exit(f"Nothing answers on port {port}.")


def load(
    scenario: Path, port: int, pid: int, values: list[str], only: list[str]
) -> dict[str, dict]:
    """What the harness measured, by page."""
    out = Path(os.environ.get("TMPDIR", "/tmp")) / f"crm-bench-{port}.json"
    command = [sys.executable, str(SHARED / "load.py"), str(scenario), "--out", str(out)]
    command += ["--base", f"http://127.0.0.1:{port}", "--pid", str(pid), "--only", ",".join(only)]
    out.unlink(missing_ok=True)  # what an earlier run measured is no result of this one
    subprocess.run([*command, *values], check=False, cwd=ROOT)
    if not out.exists():
        sys.exit(f"{scenario.name} was not measured.")
    result = json.loads(out.read_text())
    return result["scenarios"]


def print_table(product: dict[str, dict], floor: dict[str, dict]) -> None:
    print(f"\n{SIZE:,} requests; p50 in ms, CPU in ms a request; ratio to the floor in this run")
    print(f"{'page':<14}{'p50':>8}{'floor':>8}{'ratio':>7}{'CPU':>8}{'floor':>8}{'ratio':>7}")
    for page, pair in PAIRS.items():
        ours, theirs = product.get(page, {}), floor.get(pair, {})
        cells = []
        for part, key in (("latency", "p50_median_ms"), ("cpu_ms_per_request", "server")):
            mine, base = ours.get(part, {}).get(key), theirs.get(part, {}).get(key)
            ratio = f"{mine / base:.1f}" if mine and base else "–"
            cells += [shown(mine, 8), shown(base, 8), f"{ratio:>7}"]
        print(f"{page:<14}{''.join(cells)}")


def shown(value: float | None, width: int) -> str:
    return f"{'–' if value is None else format(value, '.1f'):>{width}}"


def exists(name: str) -> bool:
    found = psql("postgres", f"select 1 from pg_database where datname = '{name}'")
    return found.strip() == "1"


def psql(database: str, sql: str = "", *, file: Path | None = None) -> str:
    url = urlsplit(SERVER)._replace(path=f"/{database}").geturl()
    command = ["psql", "-qAt", "-v", "ON_ERROR_STOP=1", "-v", f"n={SIZE}", url]
    command += ["-f", str(file)] if file else ["-c", sql]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def run(command: list[str], environment: dict[str, str], folder: Path) -> None:
    subprocess.run(command, check=True, cwd=folder, env={**os.environ, **environment})


if __name__ == "__main__":
    main()
