"""What every house stands on; it knows no business and no other house."""
