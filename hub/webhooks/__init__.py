"""The door for notices: believed by signature, read strictly, stored in groups, then answered."""
