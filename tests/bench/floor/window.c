/* The least window with a web page: what WebKitGTK itself costs under any program that shows one. Its one line of text stands where
   a list has its first row. With an argument the processor draws it. */
#include <gtk/gtk.h>
#include <webkit2/webkit2.h>

int main(int argc, char **argv) {
    gtk_init(&argc, &argv);
    GtkWidget *window = gtk_window_new(GTK_WINDOW_TOPLEVEL);
    gtk_window_set_default_size(GTK_WINDOW(window), 1180, 760);
    gtk_window_set_title(GTK_WINDOW(window), "Storm Connect");
    GtkWidget *view = webkit_web_view_new();
    if (argc > 1)
        webkit_settings_set_hardware_acceleration_policy(webkit_web_view_get_settings(WEBKIT_WEB_VIEW(view)), WEBKIT_HARDWARE_ACCELERATION_POLICY_NEVER);
    gtk_container_add(GTK_CONTAINER(window), view);
    webkit_web_view_load_html(WEBKIT_WEB_VIEW(view), "<!doctype html><p style='font-size:40px;margin:146px 0 0 240px'>An empty window</p>", NULL);
    gtk_widget_show_all(window);
    gtk_main();
    return 0;
}
