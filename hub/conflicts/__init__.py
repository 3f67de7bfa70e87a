"""What the hub will not decide alone, and how a person settles it."""
