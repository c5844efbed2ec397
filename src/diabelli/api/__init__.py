"""HTTP: the only package that depends on OpenAI's wire format.

`app.create_app` builds the application: the middleware of `http`, then the endpoints of `routes`
and `variations`. `errors` has the error responses.
"""
