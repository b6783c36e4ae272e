"""The real site of the browser tests, for a crowd: `make test-crowd`."""

from tests.browser.conftest import site

__all__ = ["site"]
