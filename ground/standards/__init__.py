"""Published standards as pure functions: a text in, its normal form out, or `NotStandard`."""
