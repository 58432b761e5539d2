"""What in a value is secret: a value is read once into components, each secret or public."""
