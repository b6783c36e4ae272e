"""Ways to sign in that others provide: GitHub (OAuth 2) and OpenID Connect.

Each is one object with the same two steps (`interface.Provider`); which there are, the settings say
(`registry`). Knows neither Flask nor the databases. Nothing here is called but from the requests of
a sign-in, and each call is over after `network.LIMIT` seconds.
"""
