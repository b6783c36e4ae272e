"""Backups: verified snapshots of the database, kept, checked again, and restored.

Stands alone, so that it works when nothing else does: may import the standard library,
`pysqlite3`, `cronsim` and `python-dotenv`; never `webapp` or `supervision`, and nothing that would
bring Flask, SQLAlchemy or torch. Each of its processes stays under 40 MB.

`python -m backup run` is the scheduler; each snapshot it decides on is a process of its own
(`python -m backup now`), so that a hang, a crash or a large database never takes the scheduler
along. How the parts follow each other:

- `schedule` decides when a snapshot is due, `scheduler` waits and starts it;
- `snapshot` takes it: `source` opens the database, `facts` says what it holds, `verify` checks the
  copy, `manifest` describes it, `folder` holds them all, `retention` says which may go;
- `status` tells how things stand, `restore` brings one back.
"""

import sys
from importlib.util import find_spec

if find_spec("pysqlite3") is None:
    sys.exit(
        "This Python lacks the packages of requirements.txt: use .venv/bin/python, or first type "
        "`. .venv/bin/activate`."
    )
