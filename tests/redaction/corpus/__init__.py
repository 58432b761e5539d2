"""What people store, what of it is secret, and a judge of its own for what a text shows of it.

`python -m tests.redaction.corpus` prints how many texts leak and how many public ones are blanked.
"""
