"""What is searched: JSON, notebooks, images and buffers."""
