"""The web server's configuration; see https://docs.gunicorn.org/en/stable/settings.html.

Each value can be overridden from the environment or `.env` by the name given beside it.
supervisord starts it as `python -m gunicorn -c gunicorn.conf.py 'webapp:create_app()'`.
"""

import ctypes
import gc
import os
import signal
import sys
from pathlib import Path

from supervision import memory_report, parents
from supervision.settings import Settings

settings = Settings(Path(__file__).resolve().parent)

# Who reaches us: all addresses, as a container's port is published (or not) by its operator.
# HOST, PORT
bind = (
    f"[{settings.host}]:{settings.port}"
    if ":" in settings.host
    else (f"{settings.host}:{settings.port}")
)

# Two: one can be replaced or busy while the other answers. Four is what 4 GB of memory bear.
# WEB_CONCURRENCY
workers = settings.whole("WEB_CONCURRENCY", 2, 1, 64)

# Threads, as sync workers ignore keep-alive, and a curator's slow download must not stop others;
# ours are gunicorn's own, but never wait for a client that sends slowly or nothing.
# GUNICORN_WORKER_CLASS, GUNICORN_THREADS
worker_kind = settings.one_of("GUNICORN_WORKER_CLASS", "gthread", ("gthread", "sync"))
worker_class = "supervision.worker.PatientThreadWorker" if worker_kind == "gthread" else "sync"
# (gunicorn takes gthread for sync workers with several threads, so they get one.)
threads = settings.whole("GUNICORN_THREADS", 4 if worker_kind == "gthread" else 1, 1, 64)

# The encoder and the code are loaded once, in the master, and shared by all workers.
# GUNICORN_PRELOAD_APP
preload_app = settings.yes_no("GUNICORN_PRELOAD_APP", True)

# A worker that gives no sign of life for so many seconds is replaced.
# GUNICORN_TIMEOUT
timeout = settings.whole("GUNICORN_TIMEOUT", 120, 1, 3600)

# Seconds a browser may reuse its connection: long enough for a page and what it needs.
# GUNICORN_KEEPALIVE
keepalive = settings.whole("GUNICORN_KEEPALIVE", 5, 0, 300)

# Seconds that requests in flight get at a stop; must stay under web's stopwaitsecs of 25.
# GUNICORN_GRACEFUL_TIMEOUT
graceful_timeout = settings.whole("GUNICORN_GRACEFUL_TIMEOUT", 20, 1, 24)

# A worker is renewed after so many requests, against slow leaks; not all at the same moment.
# GUNICORN_MAX_REQUESTS, GUNICORN_MAX_REQUESTS_JITTER
max_requests = settings.whole("GUNICORN_MAX_REQUESTS", 500, 0, 1_000_000)
max_requests_jitter = settings.whole("GUNICORN_MAX_REQUESTS_JITTER", 50, 0, 1_000_000)

# What a request may be: longer addresses are answered 414, more or longer headers 431.
# GUNICORN_LIMIT_REQUEST_LINE, GUNICORN_LIMIT_REQUEST_FIELDS, GUNICORN_LIMIT_REQUEST_FIELD_SIZE
limit_request_line = settings.whole("GUNICORN_LIMIT_REQUEST_LINE", 4094, 1024, 8190)
limit_request_fields = settings.whole("GUNICORN_LIMIT_REQUEST_FIELDS", 60, 20, 1000)
limit_request_field_size = settings.whole("GUNICORN_LIMIT_REQUEST_FIELD_SIZE", 8190, 1024, 65536)

# Connections of one worker, with those that send slowly or nothing (supervision/worker.py); less
# than the 1,024 files that a process may usually have open.
# GUNICORN_WORKER_CONNECTIONS
worker_connections = settings.whole("GUNICORN_WORKER_CONNECTIONS", 500, 10, 10_000)

# gunicorn believes no proxy: webapp/proxies.py does, those of TRUSTED_PROXIES, and nobody else.
forwarded_allow_ips = ""

# What happens, without the details of how: starts, stops, replaced workers.
# GUNICORN_LOGLEVEL
loglevel = settings.one_of(
    "GUNICORN_LOGLEVEL", "info", ("debug", "info", "warning", "error", "critical")
)

# "-" is standard output and standard error: supervisor writes and rotates the files.
# GUNICORN_ACCESSLOG, GUNICORN_ERRORLOG
accesslog = settings.text("GUNICORN_ACCESSLOG", "-")
errorlog = settings.text("GUNICORN_ERRORLOG", "-")

# One line a request, ending with its number; JSON where the launcher says so; no secrets in it.
# GUNICORN_LOGGER_CLASS
logger_class = settings.text("GUNICORN_LOGGER_CLASS", "supervision.web_log.WebLogger")

# supervisorctl controls us; gunicorn's own socket fails for users without a home folder.
# GUNICORN_CONTROL_SOCKET_DISABLE
control_socket_disable = settings.yes_no("GUNICORN_CONTROL_SOCKET_DISABLE", True)

# Workers show they are alive by touching a file: in memory, as a slow disk would look like death.
# GUNICORN_WORKER_TMP_DIR
worker_tmp_dir = (
    settings.text(
        "GUNICORN_WORKER_TMP_DIR",
        "/dev/shm" if os.access("/dev/shm", os.W_OK) else "",  # noqa: S108 - gunicorn makes an unnamed file there
    )
    or None
)

# One computing thread a process, set before torch is imported, and whatever the environment says:
# a process forked after its parent computed with several waits for ever for threads that it lacks.
raw_env = [
    "OMP_NUM_THREADS=1",
    "MKL_NUM_THREADS=1",
    "OPENBLAS_NUM_THREADS=1",
    "TOKENIZERS_PARALLELISM=false",
    # Where the workers count requests together; the launcher empties it.
    f"PROMETHEUS_MULTIPROC_DIR={settings.root / 'run' / 'metrics'}",
]


# What one thread has freed serves the others too, where glibc would keep it for each apart: memory
# of requests is needed once a worker, not once a thread. Before any thread, so that all obey.
libc = ctypes.CDLL(None)
if hasattr(libc, "mallopt"):
    M_ARENA_MAX = -8  # malloc.h
    libc.mallopt(M_ARENA_MAX, 1)


def when_ready(server: memory_report.Server) -> None:
    """In the master, before the first fork: load and warm what all workers share."""
    # Nobody is served yet, so a stop needs to finish nothing: it ends us at once. gunicorn would
    # load on, fork, and tell workers to stop before they listen: 20 s with the port in our hands.
    finish_requests = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _compute_with_one_thread()
    if preload_app:
        from webapp.operations.warm_up import warm_up

        try:
            # gunicorn keeps the application that it has loaded; this does not make a second one.
            warm_up(server.app.wsgi())
        except Exception:  # suggestions can do without an encoder, the pages must not do without
            server.log.exception("Not everything was warmed up; it is loaded when it is needed.")
    _compute_with_one_thread()
    # Frozen objects are not touched by the garbage collector of a worker, so their pages stay
    # shared also after a full collection, which few workers live to see but each may have.
    gc.collect()
    gc.freeze()
    memory_report.warn_if_short(server)
    signal.signal(signal.SIGTERM, finish_requests)


def post_fork(_server: memory_report.Server, worker: memory_report.Worker) -> None:
    """In a new worker: die with the master, or it would hold the port; compute with one thread."""
    # The master's handler, which we inherit for a moment, would swallow the signal to stop.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    parents.end_with_parent(worker.ppid)
    _compute_with_one_thread()


def post_worker_init(worker: memory_report.Worker) -> None:
    """In a worker that can serve: the last one of the start says what all of them take."""
    memory_report.report_soon(worker)


def _compute_with_one_thread() -> None:
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)
