"""HTTP: the only part that knows OpenAI's words.

`app.create_app` puts it together. A request passes `early.EarlyClose` and `front.Front`, reaches a
route in `variations`, `models`, `results` or `welcome`, and leaves as `reply` or `errors` write it.
"""
