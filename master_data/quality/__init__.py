"""How good a golden record is: complete, valid, fresh, agreed on; each loss names its rule."""
