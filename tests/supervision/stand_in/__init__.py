"""Small programs in the place of `webapp` and `backup`, copied into a test's installation.

They do what supervision needs of the real ones, and fail where a test tells them to by putting a
file into the root folder.
"""
