import pytest

from webapp.curation.evidence import read_references, reference_curie, reference_url


def test_pmids_and_dois_in_every_spelling() -> None:
    text = (
        "12345678\nPMID: 23456789\nhttps://pubmed.ncbi.nlm.nih.gov/34567890/\n"
        "10.1038/s41597-023-02321-w\r\ndoi:10.1000/182\nhttps://doi.org/10.1000/182."
    )
    assert [reference_curie(one) for one in read_references(text)] == [
        "PMID:12345678",
        "PMID:23456789",
        "PMID:34567890",
        "doi:10.1038/s41597-023-02321-w",
        "doi:10.1000/182",
    ]


@pytest.mark.parametrize("text", ["a paper by Smith", "10.1", "0123", "javascript:alert(1)", "1٢٣"])
def test_anything_else_is_named_with_the_remedy(text: str) -> None:
    with pytest.raises(ValueError, match="neither a PMID nor a DOI") as raised:
        read_references(text)
    assert text in str(raised.value)


def test_several_may_stand_in_one_line() -> None:
    text = "10.1038/x,10.1016/y; PMID:12345678, 23456789;doi:10.1000.10/z"
    assert [reference_curie(one) for one in read_references(text)] == [
        "doi:10.1038/x",
        "doi:10.1016/y",
        "PMID:12345678",
        "PMID:23456789",
        "doi:10.1000.10/z",
    ]


def test_each_leads_to_its_page() -> None:
    pmid, doi = read_references("12345678\n10.1000/182")
    assert reference_url(pmid) == "https://pubmed.ncbi.nlm.nih.gov/12345678/"
    assert reference_url(doi) == "https://doi.org/10.1000/182"


def test_old_dois_with_odd_signs_are_taken_and_their_addresses_encoded() -> None:
    old = "10.1002/(SICI)1097-0258(19980815/30)17:15/16<1661::AID-SIM968>3.0.CO;2-2"
    [reference] = read_references(old)
    assert reference["identifier"] == old
    assert reference_url(reference) == (
        "https://doi.org/10.1002/(SICI)1097-0258(19980815/30)17:15/16"
        "%3C1661::AID-SIM968%3E3.0.CO;2-2"
    )
    [pipe] = read_references("10.1002/a|b")
    assert reference_url(pipe) == "https://doi.org/10.1002/a%7Cb"
