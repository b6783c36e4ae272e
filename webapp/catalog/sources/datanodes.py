"""A pathway's `-datanodes.tsv`: the genes of its nodes, by Entrez number, symbol and Ensembl id.

The cells are not quoted safely: labels and comments hold tabs and lone carriage returns. So only
`\n` ends a row, and the identifier columns are counted from the right, where they never shift.
"""

from __future__ import annotations

_COLUMNS = ("Ensembl", "NCBI gene", "HGNC")


class Datanodes:
    """What one table says of genes.

    `entrez`: each Entrez number once, in the order of the nodes. `pairs`: Entrez number, symbol and
    Ensembl id ("" if unclear) of the nodes that name exactly one number and one symbol.
    """

    def __init__(self, content: bytes) -> None:
        head, *lines = content.decode("utf-8", errors="replace").split("\n")
        header = head.rstrip("\r").split("\t")
        self.entrez: tuple[str, ...] = ()
        self.pairs: list[tuple[str, str, str]] = []
        if not all(name in header for name in _COLUMNS):
            return
        places = [header.index(name) - len(header) for name in _COLUMNS]
        seen: dict[str, None] = {}
        for line in lines:
            cells = line.rstrip("\r").split("\t")
            if len(cells) < len(header):
                continue
            ensembl, numbers, symbols = (
                _values(cells[place], prefix)
                for place, prefix in zip(
                    places, ("ensembl", "ncbigene", "hgnc.symbol"), strict=True
                )
            )
            numbers = [number for number in numbers if number.isdigit()]
            seen.update(dict.fromkeys(numbers))
            if len(numbers) == len(symbols) == 1:
                gene = ensembl[0] if len(ensembl) == 1 else ""
                self.pairs.append((numbers[0], symbols[0], gene))
        self.entrez = tuple(seen)


def _values(cell: str, prefix: str) -> list[str]:
    """`Ensembl:ENSG1;Ensembl:ENSG2` → the parts behind the prefix, whatever its case."""
    found = []
    for item in cell.split(";"):
        name, _, value = item.strip().partition(":")
        if name.lower() == prefix and value:
            found.append(value)
    return found
