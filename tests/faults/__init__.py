"""A campaign of faults: people work while programs are killed, disks fill and the database locks.

`python -m tests.faults` runs it against the real programs in a temporary folder; docs/resilience.md
says what it does and what came of it. `python -m pytest tests/faults` tests the campaign itself:
that its audit finds what is lost.

- `campaign` plays the rounds: `people` decide, `faults` and `disks` disturb them, `engine` starts
  again what has ended, as a container engine would;
- `ledger` holds what people were told, `audit` compares that with the database and its snapshots;
- `results` adds up and prints; `namespace` keeps all of it away from the rest of the machine.
"""
