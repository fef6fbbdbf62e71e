#!/usr/bin/python3
"""Puts the text in the environment variable TEXT on the clipboard, and hands it out until it is ended. Prints READY.
Without TEXT, prints what is on the clipboard, as JSON."""

import json
import os

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk

clipboard = Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD)
if "TEXT" in os.environ:
    clipboard.set_text(os.environ["TEXT"], -1)
    print("READY", flush=True)
    Gtk.main()
else:
    print(json.dumps(clipboard.wait_for_text()), flush=True)
