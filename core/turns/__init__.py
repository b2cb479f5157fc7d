"""Turns: from a submitted question to a stored answer. The only room that calls the others in order."""
