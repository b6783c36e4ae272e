"""The version of the application, as pages, exports and the image show it."""

VERSION = "0.1.0"
