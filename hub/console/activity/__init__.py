"""Events as they came and effects as they went."""
