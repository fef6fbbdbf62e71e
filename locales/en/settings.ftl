language-title = Language
language-system = As the system
language-system-text = English where there is no other.
language-not-changed = The language was not changed
