language-title = Sprache
language-system = Wie das System
language-system-text = Englisch, wenn keine andere passt.
language-not-changed = Die Sprache wurde nicht geändert
