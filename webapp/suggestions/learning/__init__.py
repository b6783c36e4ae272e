"""Learning from use: a ranker taught anew by experts' pairs and this site's decisions.

It serves only if it is better than the present one on Key Events that taught neither; every ranker
is kept, and one can go back. May import what the room `suggestions` may.
"""
