"""Execution: connections behind a fence, the catalog of a database, the guard of SQL, and running a query."""
