"""Members, users, grants and sign-in: who somebody is, and what follows from it."""
