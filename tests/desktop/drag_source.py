#!/usr/bin/python3
"""A small window from which files can be dragged, as from a file manager: drag_source.py FILE...

A real X11 drag source of text/uri-list in the lower right corner. Prints READY, then DROPPED or FAILED after each drag.
"""

import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GLib, Gtk

window = Gtk.Window(title="Storm test drag source", type=Gtk.WindowType.POPUP)
window.set_default_size(60, 60)
window.move(1215, 835)
handle = Gtk.EventBox()
handle.add(Gtk.Label(label="files"))
window.add(handle)
handle.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [Gtk.TargetEntry.new("text/uri-list", 0, 0)], Gdk.DragAction.COPY)
failed = False


def give(_widget, _context, data, _info, _time):
    data.set_uris([GLib.filename_to_uri(path) for path in sys.argv[1:]])


def fail(_widget, _context, _result):
    global failed
    failed = True
    return False


def end(_widget, _context):
    print("FAILED" if failed else "DROPPED", flush=True)


handle.connect("drag-data-get", give)
handle.connect("drag-failed", fail)
handle.connect("drag-end", end)
window.connect("map-event", lambda *_: print("READY", flush=True))
window.show_all()
Gtk.main()
