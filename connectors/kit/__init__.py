"""What a connector is tested with: the contract suite, an in-memory twin, faults on demand."""
