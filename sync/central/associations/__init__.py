"""Traders' associations: who belongs to one, who of them has enrolled and let it see so, and their cards."""
