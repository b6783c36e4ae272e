"""Tests of supervision with real supervisord, real gunicorn and real processes."""
