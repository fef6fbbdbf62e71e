#!/usr/bin/python3
"""A notification server that shows and records: each notification, and each withdrawal, is a JSON line in the file argv[1].

A test presses a button of notification ID by calling storm.test.Notifications.Invoke(ID, ACTION).
"""

import json
import sys

import dbus
import dbus.mainloop.glib
import dbus.service
import gi

gi.require_version("Gtk", "3.0")
from gi.repository import GLib, Gtk

INTERFACE = "org.freedesktop.Notifications"

dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
bus = dbus.SessionBus()
record = open(sys.argv[1], "a", buffering=1)


def popup(shown):
    """A bubble in the lower right corner, with the notification's buttons; for people who look at pictures."""
    window = Gtk.Window(type=Gtk.WindowType.POPUP)
    window.set_default_size(330, 0)
    box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6, margin=12)
    title = Gtk.Label(xalign=0)
    title.set_markup(f"<b>{GLib.markup_escape_text(shown['summary'])}</b>")
    box.add(title)
    box.add(Gtk.Label(label=shown["body"], xalign=0, wrap=True, max_width_chars=44))
    buttons = Gtk.Box(spacing=6)
    for key, label in zip(shown["actions"][::2], shown["actions"][1::2]):
        if key != "default":
            buttons.add(Gtk.Button(label=label))
    box.add(buttons)
    window.add(box)
    window.show_all()
    width, height = window.get_size()
    window.move(1280 - width - 15, 900 - height - 15)
    return window


class Notifications(dbus.service.Object):
    def __init__(self):
        self.name = dbus.service.BusName(INTERFACE, bus, do_not_queue=True)
        self.last = 0
        self.popups = {}
        super().__init__(bus, "/org/freedesktop/Notifications")

    def hide(self, identifier):
        if window := self.popups.pop(int(identifier), None):
            window.destroy()

    @dbus.service.method(INTERFACE, in_signature="susssasa{sv}i", out_signature="u")
    def Notify(self, app, replaces, icon, summary, body, actions, hints, timeout):
        identifier = int(replaces) or self.last + 1
        self.last = max(self.last, identifier)
        shown = {"id": identifier, "summary": str(summary), "body": str(body), "actions": [str(a) for a in actions]}
        self.hide(identifier)
        self.popups[identifier] = popup(shown)
        record.write(json.dumps({"shown": shown}) + "\n")
        return dbus.UInt32(identifier)

    @dbus.service.method(INTERFACE, in_signature="u")
    def CloseNotification(self, identifier):
        self.hide(identifier)
        record.write(json.dumps({"withdrawn": int(identifier)}) + "\n")
        self.NotificationClosed(identifier, 3)

    @dbus.service.method(INTERFACE, out_signature="as")
    def GetCapabilities(self):
        return ["actions", "body", "persistence", "icon-static"]

    @dbus.service.method(INTERFACE, out_signature="ssss")
    def GetServerInformation(self):
        return ("storm-test", "storm", "1", "1.2")

    @dbus.service.signal(INTERFACE, signature="us")
    def ActionInvoked(self, identifier, action):
        pass

    @dbus.service.signal(INTERFACE, signature="uu")
    def NotificationClosed(self, identifier, reason):
        pass

    @dbus.service.method("storm.test.Notifications", in_signature="us")
    def Invoke(self, identifier, action):
        self.hide(identifier)
        self.ActionInvoked(identifier, action)
        self.NotificationClosed(identifier, 2)


notifications = Notifications()
Gtk.main()
