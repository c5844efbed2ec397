"""A bucket with lifecycle rules, which an HTTP server has; an S3 server behind it has the objects.

The server verifies the signatures of presigned requests (SigV4) itself.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, urlsplit

from s3 import BUCKET, SECRET, S3Server


class BucketRules:
    """The rules of a bucket, and how its server behaves.

    Attributes:
        url: of the server.
        content: XML of the rules; None if there are none.
        headers: further headers of a reply with rules.
        refusal: status and body of the reply to a request that sets rules; None to accept it.
        expiration: value of the header by which S3 states the rule that applies to an object.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.content: bytes | None = None
        self.headers: dict[str, str] = {}
        self.refusal: tuple[int, bytes] | None = None
        self.expiration: str | None = None


def signature_of(method: str, target: str, host: str) -> str:
    """Return the signature of a presigned request, after the specification of SigV4."""
    path, _, query = target.partition("?")
    given = dict(parse_qsl(query, keep_blank_values=True))
    given.pop("X-Amz-Signature")
    pairs = sorted(f"{quote(name, '')}={quote(value, '')}" for name, value in given.items())
    request = "\n".join([method, path, "&".join(pairs), f"host:{host}\n\nhost\nUNSIGNED-PAYLOAD"])
    scope = given["X-Amz-Credential"].partition("/")[2]
    digest = hashlib.sha256(request.encode()).hexdigest()
    key = f"AWS4{SECRET}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    text = "\n".join(["AWS4-HMAC-SHA256", given["X-Amz-Date"], scope, digest])
    return hmac.new(key, text.encode(), "sha256").hexdigest()


@contextmanager
def bucket_rules(s3: S3Server) -> Iterator[BucketRules]:
    """Run a server before another one for the context."""

    class Handler(BaseHTTPRequestHandler):
        def handle_request(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if "lifecycle=&" in self.path:
                self.answer(*self.about_rules(body))
            else:
                self.answer(*self.forwarded(body))

        do_GET = do_HEAD = do_PUT = do_DELETE = do_POST = handle_request  # noqa: N815

        def about_rules(self, body: bytes) -> tuple[int, bytes, dict[str, str]]:
            given = dict(parse_qsl(self.path, keep_blank_values=True))
            expected = signature_of(self.command, self.path, self.headers["Host"])
            if given["X-Amz-Signature"] != expected or urlsplit(self.path).path != f"/{BUCKET}":
                return error(403, "SignatureDoesNotMatch")
            if self.command == "GET":
                if rules.content is None:
                    return error(404, "NoSuchLifecycleConfiguration")
                return 200, rules.content, rules.headers
            if self.headers["Content-MD5"] != base64.b64encode(hashlib.md5(body).digest()).decode():
                return error(400, "InvalidDigest")
            if rules.refusal is not None:
                return (*rules.refusal, {})
            rules.content = body
            return 200, b"", {}

        def forwarded(self, body: bytes) -> tuple[int, bytes, dict[str, str]]:
            behind = urlsplit(s3.environment["AWS_ENDPOINT_URL"])
            with closing(HTTPConnection(behind.hostname, behind.port)) as connection:
                connection.request(self.command, self.path, body, dict(self.headers))
                reply = connection.getresponse()
                headers = {
                    name: value
                    for name, value in reply.getheaders()
                    if name not in ("Connection", "Content-Length", "Date")
                }
                if rules.expiration is not None:
                    headers["x-amz-expiration"] = rules.expiration
                return reply.status, reply.read(), headers

        def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    rules = BucketRules(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield rules
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def error(status: int, code: str) -> tuple[int, bytes, dict[str, str]]:
    """Return an error in S3's shape."""
    return status, f"<Error><Code>{code}</Code><Message>Words.</Message></Error>".encode(), {}
