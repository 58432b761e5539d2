"""How code that is not the server reaches the scopes: here in the process, or over REST."""
