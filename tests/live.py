"""The web server that browser tests talk to."""

import socket
from threading import Condition, Lock

from django.core.servers.basehttp import ThreadedWSGIServer

LONGEST = 30  # seconds


class EndingServer(ThreadedWSGIServer):
    """A server that is over when it says so.

    A browser keeps connections open, each with a thread and a database connection of its own.
    Django's lets them run on after its end: on PostgreSQL they hold the database that is to be
    dropped, on SQLite they close a connection that is shared no more, in the midst of another test.
    """

    daemon_threads = False  # its end waits for them

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.open = set()
        self.one_less = Condition()

    def set_app(self, app):
        """Threads that share one connection, to SQLite in memory, answer one after the other."""
        super().set_app(in_turn(app) if self.connections_override else app)

    def process_request(self, request, client_address):
        self.open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        super().shutdown_request(request)
        with self.one_less:
            self.open.discard(request)
            self.one_less.notify_all()

    def hang_up(self):
        """End what is open, each after the answer that it is about."""
        for request in list(self.open):
            try:
                request.shutdown(socket.SHUT_RD)
            except OSError:
                continue  # the other side was quicker
        with self.one_less:
            self.one_less.wait_for(lambda: not self.open, timeout=LONGEST)

    def server_close(self):
        self.hang_up()
        super().server_close()


def in_turn(app):
    turn = Lock()

    def answer(environ, start_response):
        with turn:
            return app(environ, start_response)

    return answer
