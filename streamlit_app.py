"""The app: its pages, and what the server gets beside them (routes, headers, the lifespan of its parts)."""

from __future__ import annotations

import streamlit as st

from core.server import lifespan, middleware, routes

app = st.App("pages/frame.py", lifespan=lifespan, routes=routes, middleware=middleware)
