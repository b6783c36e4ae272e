"""How the installation is: health, the operator's page. Reads what other rooms and programs report.

May import every room, the way a doctor may look anywhere; no room imports it.
"""
