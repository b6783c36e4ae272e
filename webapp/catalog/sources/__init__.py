"""Reads the files that upstream sources publish: one module a source, file → records.

Knows neither the database nor Flask: a reader takes a path and yields the frozen records of
`records`, a few at a time, so that a file of any size needs little memory. A file that cannot be
used ends in one `SourceError` that names the file, the line and the reason. `registry` lists the
formats and recognises a file by its content.
"""
