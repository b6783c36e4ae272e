"""What was curated in one container is there in the next one with the same folders."""

from __future__ import annotations

from collections.abc import Callable

from tests.conftest import PATHWAY_ANSWERS
from tests.image.container import Container
from tests.supervision.visitor import Visitor


def test_an_approved_mapping_outlives_the_container(
    stopped: Container, measured: Callable[[str, float, str], None]
) -> None:
    stopped.start_and_wait()
    uuid = curate(stopped)
    assert approved(stopped, uuid)

    code, seconds = stopped.stop()
    measured("stop", seconds, "s")
    assert code == 0
    assert seconds < 30
    log = stopped.logs()
    assert "stopped: web (exit status 0)" in log
    stopped.remove()

    measured("second start to healthy", stopped.start_and_wait(), "s")
    assert approved(stopped, uuid)


def curate(site: Container) -> str:
    """A curator proposes a mapping and a reviewer approves it; returns its uuid."""
    curator, reviewer = Visitor(site.port), Visitor(site.port)
    try:
        curator.sign_in(site.sign_in_link("Ada Curator", "curator"))
        proposed = curator.post("/key-events/1513/mappings", target="WP254", **PATHWAY_ANSWERS)
        assert proposed.status == 303, proposed
        uuid = proposed.address.rpartition("/")[2]
        reviewer.sign_in(site.sign_in_link("Cleo Reviewer", "reviewer"))
        decided = reviewer.post(f"/mappings/{uuid}/approve", version="1")
        assert decided.status == 303, decided
        return uuid
    finally:
        curator.close()
        reviewer.close()


def approved(site: Container, uuid: str) -> bool:
    """Whether everybody can download that mapping."""
    visitor = Visitor(site.port)
    try:
        table = visitor.get("/exports/mappings.sssom.tsv").body
    finally:
        visitor.close()
    lines = [line for line in table.splitlines() if uuid in line]
    return len(lines) == 1 and "aop.events:1513" in lines[0] and "wikipathways:WP254" in lines[0]
