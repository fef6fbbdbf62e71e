#!/usr/bin/python3
"""A panel: a StatusNotifierWatcher with a host, so that tray icons appear, and a bar at the top that shows them."""

import dbus
import dbus.mainloop.glib
import dbus.service
import gi

gi.require_version("Gtk", "3.0")
from gi.repository import GdkPixbuf, GLib, Gtk

INTERFACE = "org.kde.StatusNotifierWatcher"
ITEM = "org.kde.StatusNotifierItem"

dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
bus = dbus.SessionBus()


class Panel:
    """Icon and tooltip of each item; for people who look at pictures."""

    def __init__(self):
        self.window = Gtk.Window(type=Gtk.WindowType.POPUP)
        self.window.set_default_size(1280, 30)
        self.box = Gtk.Box(spacing=8, margin=3, halign=Gtk.Align.END)
        self.window.add(self.box)
        self.window.show_all()
        for signal in ("NewIcon", "NewAttentionIcon", "NewToolTip", "NewStatus"):
            bus.add_signal_receiver(lambda *_: self.show(), signal, ITEM)
        self.items = []
        self.turn = 0

    def show(self, items=None):
        self.items = self.items if items is None else list(items)
        self.turn += 1
        turn = self.turn
        for child in self.box.get_children():
            self.box.remove(child)
        for item in self.items:
            name, path = item.split("/", 1)
            bus.get_object(name, "/" + path, introspect=False).GetAll(
                ITEM, dbus_interface=dbus.PROPERTIES_IFACE,
                reply_handler=lambda properties: self.add(turn, properties), error_handler=lambda _: None)

    def add(self, turn, properties):
        if turn != self.turn:
            return  # an answer to an older question
        if tooltip := properties.get("ToolTip"):
            self.box.add(Gtk.Label(label=": ".join(str(part) for part in tooltip[2:] if part)))
        for width, height, pixels in properties.get("IconPixmap", [])[-1:]:
            colours = bytearray(pixels)
            for start in range(0, len(colours), 4):
                alpha, *colour = colours[start:start + 4]
                colours[start:start + 4] = bytes([*colour, alpha])
            image = GdkPixbuf.Pixbuf.new_from_bytes(
                GLib.Bytes.new(bytes(colours)), GdkPixbuf.Colorspace.RGB, True, 8, width, height, width * 4)
            self.box.add(Gtk.Image.new_from_pixbuf(image.scale_simple(22, 22, GdkPixbuf.InterpType.BILINEAR)))
        self.box.show_all()


class Watcher(dbus.service.Object):
    def __init__(self):
        self.items = []
        self.name = dbus.service.BusName(INTERFACE, bus, do_not_queue=True)
        super().__init__(bus, "/StatusNotifierWatcher")
        bus.add_signal_receiver(self.owner_changed, "NameOwnerChanged", "org.freedesktop.DBus")

    def owner_changed(self, name, old, new):
        if new:
            return
        for item in [item for item in self.items if item.split("/")[0] in (name, old)]:
            self.items.remove(item)
            self.StatusNotifierItemUnregistered(item)
            panel.show(self.items)

    @dbus.service.method(INTERFACE, in_signature="s", sender_keyword="sender")
    def RegisterStatusNotifierItem(self, service, sender=None):
        # libayatana passes an object path (the sender is the bus name), KDE's kind a bus name.
        item = sender + service if service.startswith("/") else service + "/StatusNotifierItem"
        self.items.append(item)
        self.StatusNotifierItemRegistered(item)
        panel.show(self.items)

    @dbus.service.method(INTERFACE, in_signature="s")
    def RegisterStatusNotifierHost(self, service):
        self.StatusNotifierHostRegistered()

    @dbus.service.signal(INTERFACE, signature="s")
    def StatusNotifierItemRegistered(self, item):
        pass

    @dbus.service.signal(INTERFACE, signature="s")
    def StatusNotifierItemUnregistered(self, item):
        pass

    @dbus.service.signal(INTERFACE)
    def StatusNotifierHostRegistered(self):
        pass

    def properties(self):
        return {
            "RegisteredStatusNotifierItems": dbus.Array(self.items, signature="s"),
            "IsStatusNotifierHostRegistered": True,
            "ProtocolVersion": dbus.Int32(0),
        }

    @dbus.service.method(dbus.PROPERTIES_IFACE, in_signature="ss", out_signature="v")
    def Get(self, interface, name):
        return self.properties()[name]

    @dbus.service.method(dbus.PROPERTIES_IFACE, in_signature="s", out_signature="a{sv}")
    def GetAll(self, interface):
        return self.properties()


panel = Panel()
watcher = Watcher()
Gtk.main()
