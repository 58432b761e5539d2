"""What is looked for: what of a value is secret, in which encodings, as which patterns."""
