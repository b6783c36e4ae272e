"""The room that the master of the web server calls before it forks."""
