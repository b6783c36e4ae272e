"""Mappings as open data: SSSOM, CSV and GMT, of approved mappings, at the moment of the request.

May import `curation`, `suggestions`, `catalog` and `accounts`.
"""
