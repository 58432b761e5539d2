"""Where it is: engines, projections of a text, and what is found in them."""
