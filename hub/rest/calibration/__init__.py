"""REST of calibration."""
