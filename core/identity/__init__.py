"""Identity: who is at the other end of a request, from its cookies, its headers and what a sign-in says."""
