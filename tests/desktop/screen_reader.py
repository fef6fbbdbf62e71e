#!/usr/bin/python3
"""What a screen reader is given, over AT-SPI. screen_reader.py on: switches assistive technology on for this desktop, before the program
starts. read: the page of the program as a tree, in JSON. listen: prints READY, then what comes into live regions, a line each."""

import json
import sys
import time

import dbus

PROGRAM = "storm-connect"


def switch_on():
    bus = dbus.SessionBus().get_object("org.a11y.Bus", "/org/a11y/bus")
    for name in ("IsEnabled", "ScreenReaderEnabled"):
        bus.Set("org.a11y.Status", name, True, dbus_interface=dbus.PROPERTIES_IFACE)


def atspi():
    import gi

    gi.require_version("Atspi", "2.0")
    from gi.repository import Atspi

    Atspi.init()
    return Atspi


def children(one):
    """Those that are there; the page may change while it is read."""
    try:
        return [child for child in (one.get_child_at_index(i) for i in range(one.get_child_count())) if child]
    except Exception:
        return []


def page(Atspi):
    """The document that the window shows; the program's own parts are around it."""
    look = [app for app in children(Atspi.get_desktop(0)) if app.get_name() == PROGRAM]
    while look:
        one = look.pop()
        if one.get_role() == Atspi.Role.DOCUMENT_WEB:
            return one
        look += children(one)
    return None


def node(Atspi, one):
    try:
        attributes = one.get_attributes() or {}
        read = {
            "role": attributes.get("computed-role") or one.get_role_name(),
            "name": one.get_name() or "",
            "description": one.get_description() or "",
            "states": [state.value_nick for state in one.get_state_set().get_states()],
            "attributes": dict(attributes),
        }
    except Exception:  # gone by now
        return None
    return read | {"children": [read for child in children(one) if (read := node(Atspi, child))]}


def read():
    Atspi = atspi()
    until = time.monotonic() + 20
    while (found := page(Atspi)) is None and time.monotonic() < until:
        time.sleep(0.1)
    print(json.dumps(found and node(Atspi, found)), flush=True)


def listen():
    Atspi = atspi()

    def texts(one):
        own = [one.get_name()] if one.get_name() else []
        if not own and "Text" in one.get_interfaces():
            own = [Atspi.Text.get_text(one, 0, -1).replace("\ufffc", "").strip()]
        return [text for text in own if text] or [text for child in children(one) for text in texts(child)]

    def heard(event):
        try:
            attributes = event.source.get_attributes() or {}
            manner = attributes.get("container-live") or attributes.get("live")
            if manner not in ("polite", "assertive"):
                return
            if event.type.startswith("object:children-changed:add"):
                said = texts(event.any_data)
            else:
                said = [str(event.any_data)]
            for text in said:
                print(json.dumps({"manner": manner, "region": event.source.get_name() or "", "text": text}), flush=True)
        except Exception as gone:
            print(gone, file=sys.stderr)

    listener = Atspi.EventListener.new(heard)
    listener.register("object:children-changed:add")
    listener.register("object:text-changed:insert")
    print("READY", flush=True)
    Atspi.event_main()


{"on": switch_on, "read": read, "listen": listen}[sys.argv[1]]()
