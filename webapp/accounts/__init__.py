"""People: who they are, how they sign in, what their role allows.

May import `settings`, `database`, `errors` and `security`. Every other room may import this one;
it knows none of them.
"""
