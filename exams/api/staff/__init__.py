"""What an institution automates. Each module is one kind of thing; all go through the selectors and services."""
