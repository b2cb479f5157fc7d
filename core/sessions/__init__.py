"""Sessions in Redis: keys, codec, store, listing, expiry; the connection to any deployment, and the embedded server."""
