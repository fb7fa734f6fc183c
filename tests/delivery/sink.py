"""A mail server on loopback that counts: each mail that it acknowledged, by its Message-ID."""

import re
import socketserver
import threading
from collections import Counter


class Sink(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Conversation)
        self.received = Counter()
        self.guard = threading.Lock()

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error):
        self.shutdown()
        super().__exit__(*error)


class Conversation(socketserver.StreamRequestHandler):
    """As much of SMTP as smtplib speaks."""

    def handle(self):
        self.say("220 sink")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self.say("354 go on")
                self.take()
            elif verb == b"QUIT":
                return self.say("221 bye")
            self.say("250 ok")
        return None

    def take(self):
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        identity = re.search(rb"(?mi)^Message-ID:\s*(\S+)", b"".join(lines))[1].decode()
        with self.server.guard:
            self.server.received[identity] += 1

    def say(self, text):
        self.wfile.write(f"{text}\r\n".encode())
