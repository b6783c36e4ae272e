from __future__ import annotations

from tests.conftest import Member, propose


def keys(page: str) -> str:
    return page.split('<dl class="keys">', 1)[1].split("</dl>", 1)[0]


def test_digits_where_there_is_a_form_to_answer(curator: Member, anonymous: Member) -> None:
    address = "/key-events/1513?target=WP254"
    assert "<kbd>1</kbd> … <kbd>4</kbd>" in keys(curator.get(address).text)
    assert "<kbd>1</kbd>" not in keys(anonymous.get(address).text)
    assert "<kbd>1</kbd>" not in keys(curator.get("/key-events/1513").text)
    propose(curator)
    assert "<kbd>1</kbd>" not in keys(curator.get(address).text), "it is mapped already"


def test_the_way_on_from_a_mapping(curator: Member, reviewer: Member) -> None:
    uuid = propose(curator)
    propose(curator, 1945, "WP4923")
    for member, path, key in (
        (curator, f"/mappings/{uuid}", "n"),
        (reviewer, f"/mappings/{uuid}?return_to=review", "s"),
    ):
        page = member.get(path).text
        assert f"<kbd>{key}</kbd>" in keys(page)
        assert page.count(f'data-key="{key}"') == 1


def test_review_is_in_the_list_for_all(anonymous: Member) -> None:
    assert "Go to Review" in keys(anonymous.get("/").text)
