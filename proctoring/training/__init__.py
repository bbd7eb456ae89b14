"""Trains the phone detector: pictures in, weights out. Needs no Django; only the command imports this."""
