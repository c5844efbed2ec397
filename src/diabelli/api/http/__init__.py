"""The server, its HTTP/1.1 protocol and the middleware."""
