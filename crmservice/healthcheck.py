"""`python -m crmservice.healthcheck`: asks this container's web server for /health.

Exit code 0 when it is healthy. It speaks as the proxy would: by a host name that the service
answers to, and as if over TLS.
"""

import http.client
import os
import sys
from http import HTTPStatus


def main() -> int:
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].lstrip(".")
    port = int(os.environ.get("BIND", "127.0.0.1:8000").rsplit(":", 1)[1])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health", headers={"Host": host, "X-Forwarded-Proto": "https"})
        answer = connection.getresponse()
    except OSError as error:
        sys.stdout.write(f"no answer: {error}\n")
        return 1
    sys.stdout.write(answer.read().decode() + "\n")
    return 0 if answer.status == HTTPStatus.OK else 1


if __name__ == "__main__":
    sys.exit(main())
