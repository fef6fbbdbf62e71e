#!/usr/bin/python3
"""Looks at the first tray icon, and clicks its menu: tray.py show | click LABEL.

`show` prints one JSON object: title, status, tooltip, whether it has a picture, and the labels of the menu from top to
bottom. `click` fails when no enabled item has that label.
"""

import json
import sys

import dbus

ITEM = "org.kde.StatusNotifierItem"
MENU = "com.canonical.dbusmenu"
WATCHER = "org.kde.StatusNotifierWatcher"

bus = dbus.SessionBus()
watcher = bus.get_object(WATCHER, "/StatusNotifierWatcher")
items = watcher.Get(WATCHER, "RegisteredStatusNotifierItems", dbus_interface=dbus.PROPERTIES_IFACE)
if not items:
    sys.exit("there is no tray icon")
name, path = str(items[0]).split("/", 1)
properties = bus.get_object(name, "/" + path).GetAll(ITEM, dbus_interface=dbus.PROPERTIES_IFACE)
menu = dbus.Interface(bus.get_object(name, properties["Menu"]), MENU)


def entries(node):
    identifier, values, children = node
    label = str(values.get("label", "")).replace("_", "")
    if label and bool(values.get("visible", True)):
        yield int(identifier), label, bool(values.get("enabled", True))
    for child in children:
        yield from entries(child)


def layout():
    menu.AboutToShow(0)
    return list(entries(menu.GetLayout(0, -1, dbus.Array([], signature="s"))[1]))


def show():
    tooltip = properties.get("ToolTip", ("", [], "", ""))
    print(json.dumps({
        "title": str(properties.get("Title", "")),
        "status": str(properties.get("Status", "")),
        "tooltip": " ".join(str(part) for part in (tooltip[2], tooltip[3]) if part),
        "has_icon": bool(properties.get("IconName")) or len(properties.get("IconPixmap", [])) > 0,
        "menu": [label for _, label, _ in layout()],
    }))


def click(wanted):
    for identifier, label, enabled in layout():
        if label == wanted and enabled:
            menu.Event(identifier, "clicked", dbus.String("", variant_level=1), dbus.UInt32(0))
            return
    sys.exit(f"the menu has no enabled item {wanted!r}")


show() if sys.argv[1] == "show" else click(sys.argv[2])
