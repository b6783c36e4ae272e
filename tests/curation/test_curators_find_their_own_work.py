"""Authors find what they proposed, and what became of it, wherever they look for it."""

from __future__ import annotations

import re

from tests.conftest import Member, propose


def listed(page: str) -> list[str]:
    main = page.split('<main id="main"', 1)[1].split("</main>", 1)[0]
    return list(dict.fromkeys(re.findall(r'href="/mappings/([0-9a-f-]{36})"', main)))


def test_your_mappings_newest_first_with_their_state_and_the_reason(
    curator: Member, second_curator: Member, reviewer: Member
) -> None:
    rejected = propose(curator, 1513, "WP254")
    withdrawn = propose(curator, 1945, "WP4923")
    waiting = propose(curator, 642, "WP197")
    other = propose(second_curator, 1945, "WP254")
    reviewer.post(f"/mappings/{rejected}/reject", version="1", reason="Another <b>cell</b> type.")
    curator.post(f"/mappings/{withdrawn}/withdraw", version="1")

    assert 'href="/your-mappings"' in curator.get("/").text, "the person's menu"
    curator.get("/")
    page = curator.get("/your-mappings").text
    assert listed(page) == [waiting, withdrawn, rejected]
    assert "Another &lt;b&gt;cell&lt;/b&gt; type." in page
    assert "rejected by Cleo Reviewer" in page
    assert listed(curator.get("/your-mappings?state=rejected").text) == [rejected]
    assert listed(curator.get("/your-mappings?state=nonsense").text) == [
        waiting,
        withdrawn,
        rejected,
    ]
    assert listed(second_curator.get("/your-mappings").text) == [other]
    assert "You have proposed nothing yet" in reviewer.get("/your-mappings").text


def test_the_anonymous_sign_in_first(anonymous: Member) -> None:
    answer = anonymous.get("/your-mappings")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/sign-in?next=/your-mappings"


def test_a_key_event_names_what_was_rejected_and_withdrawn(
    curator: Member, reviewer: Member, anonymous: Member
) -> None:
    assert "Earlier" not in anonymous.get("/key-events/1513").text
    rejected = propose(curator, 1513, "WP254")
    withdrawn = propose(curator, 1513, "WP197")
    reviewer.post(f"/mappings/{rejected}/reject", version="1", reason="Too broad.")
    curator.post(f"/mappings/{withdrawn}/withdraw", version="1")
    page = anonymous.get("/key-events/1513?resource=reactome").text
    earlier = page.split(">Earlier<", 1)[1].split("</ul>", 1)[0]
    for uuid, state in ((rejected, "rejected"), (withdrawn, "withdrawn")):
        assert f'href="/mappings/{uuid}"' in earlier
        assert f"badge-{state}" in earlier


def test_the_list_of_key_events_knows_what_was_rejected_and_withdrawn(
    curator: Member, reviewer: Member, anonymous: Member
) -> None:
    rejected = propose(curator, 1513, "WP254")
    withdrawn = propose(curator, 642, "WP197")
    reviewer.post(f"/mappings/{rejected}/reject", version="1", reason="Too broad.")
    curator.post(f"/mappings/{withdrawn}/withdraw", version="1")
    for state, uuid, number in (("rejected", rejected, 1513), ("withdrawn", withdrawn, 642)):
        page = anonymous.get(f"/key-events?status={state}").text
        assert re.findall(r'href="/key-events/(\d+)"', page) == [str(number)]
        assert listed(page) == [uuid]
        assert f"badge-{state}" in page
    assert listed(anonymous.get("/key-events?q=1513").text) == [], "a list of live ones"
