"""Tabletalk's core: everything but the drawing. It never imports streamlit, and importing it opens nothing."""
