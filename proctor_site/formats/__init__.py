"""How dates and times are written everywhere: by the 24-hour clock."""
