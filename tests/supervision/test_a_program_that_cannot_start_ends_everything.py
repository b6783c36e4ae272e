"""A vital program that cannot start ends the whole with exit code 1 and says which one."""

import pytest

from tests.supervision.installation import Installation


@pytest.mark.parametrize("program", ["web", "backup"])
def test_a_program_that_cannot_start_ends_everything(
    installation: Installation, program: str
) -> None:
    (installation.root / f"fail-{program}").touch()
    installation.take_any_end_for_a_failed_start()

    installation.start()
    code = installation.wait_to_end()

    assert code == 1
    assert installation.output().splitlines()[-1] == (
        f"The program {program} could not be started, so everything was stopped; the reason "
        f"stands in {installation.root}/logs/{program}.log."
    )
    assert (
        f"The stand-in{' backup' * (program == 'backup')} was told to fail."
        in (installation.root / "logs" / f"{program}.log").read_text()
    )
    assert installation.processes() == []


def test_a_failed_one_shot_program_stops_nothing(installation: Installation) -> None:
    (installation.root / "fail-catalog").touch()
    installation.start_and_wait()

    installation.control("start", "catalog-update")
    installation.wait_for_states({"catalog-update": "EXITED"})

    assert installation.states()["web"] == "RUNNING"
    assert not (installation.root / "run" / "failed").exists()
    assert installation.stop() == 0


def test_an_old_failure_does_not_fail_the_next_start(installation: Installation) -> None:
    (installation.root / "run").mkdir()
    (installation.root / "run" / "failed").write_text("An old reason.\n")
    installation.start_and_wait()

    assert installation.stop() == 0
    assert "An old reason." not in installation.output()
