"""Process supervision: what starts first, watches over the others and shows what they print.

May import the standard library, `supervisor`, `gunicorn` and `python-dotenv`; never `webapp` or
`backup`, which it starts as programs of their own. The commands:

- `python -m supervision` prepares the installation and then becomes supervisord (PID 1 of the
  container, the foreground process of `make run`);
- `python -m supervision watchdog` is supervisord's event listener;
- `python -m supervision follow PROGRAM…` is the program `logs`.
"""
