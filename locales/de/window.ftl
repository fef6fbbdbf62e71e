nav-views = Ansichten
nav-integrations = Integrationen
nav-health = Zustand
nav-activity = Aktivität
nav-settings = Einstellungen
nav-needing =
    { $n ->
        [one] Bei 1 Integration ist etwas zu tun
       *[other] Bei { $n } Integrationen ist etwas zu tun
    }
nav-vault-opening = Tresor wird geöffnet …
nav-vault-unlocked = Tresor entsperrt
nav-vault-locked = Tresor gesperrt
page-tab-overview = Übersicht
page-tab-credentials = Zugangsdaten
page-tab-activity = Aktivität
page-parts = Teile dieser Seite
page-back = Zurück zur Liste
page-not-read = Diese Seite konnte nicht gelesen werden
page-gone-title = Diese Integration gibt es nicht mehr
page-gone = Sie wurde inzwischen entfernt. Was mit ihr geschah, steht weiter in der Aktivität.
page-gone-activity = Aktivität zeigen
integrations-reading = Integrationen werden gelesen …
integrations-not-read = Die Integrationen konnten nicht gelesen werden
integrations-search-label = Integrationen durchsuchen
integrations-search = Suchen
integrations-run = Befehl ausführen ({ $keys })
integrations-add = Integration hinzufügen
integrations-list = Liste
integrations-none = Keine passende Integration
integrations-show-all = Alle anzeigen
settings-vault = Tresor
settings-protected-by = Geschützt durch
settings-shown-once-open = Wird nach dem Öffnen angezeigt
settings-data-folder = Datenordner
settings-version = Version
settings-licence = Lizenz
settings-licence-text = MIT oder Apache-2.0, nach Wahl
settings-groups = Teile der Einstellungen
settings-general = Allgemein
settings-notifications = Benachrichtigungen
settings-network = Netzwerk
settings-about = Über
settings-connections = Verbindungen
