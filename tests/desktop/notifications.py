#!/usr/bin/python3
"""A notification server that records: each notification, and each withdrawal, is a JSON line in the file argv[1].

A test presses a button of notification ID by calling storm.test.Notifications.Invoke(ID, ACTION).
"""

import json
import sys

import dbus
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

INTERFACE = "org.freedesktop.Notifications"

dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
bus = dbus.SessionBus()
record = open(sys.argv[1], "a", buffering=1)


class Notifications(dbus.service.Object):
    def __init__(self):
        self.name = dbus.service.BusName(INTERFACE, bus, do_not_queue=True)
        self.last = 0
        super().__init__(bus, "/org/freedesktop/Notifications")

    @dbus.service.method(INTERFACE, in_signature="susssasa{sv}i", out_signature="u")
    def Notify(self, app, replaces, icon, summary, body, actions, hints, timeout):
        identifier = int(replaces) or self.last + 1
        self.last = max(self.last, identifier)
        shown = {"id": identifier, "summary": str(summary), "body": str(body), "actions": [str(a) for a in actions]}
        record.write(json.dumps({"shown": shown}) + "\n")
        return dbus.UInt32(identifier)

    @dbus.service.method(INTERFACE, in_signature="u")
    def CloseNotification(self, identifier):
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
        self.ActionInvoked(identifier, action)
        self.NotificationClosed(identifier, 2)


notifications = Notifications()
GLib.MainLoop().run()
