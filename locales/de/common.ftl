list-separator = { ", " }
sentence-separator = { " " }
and-more = { $names } und { $more } weitere
common-cancel = Abbrechen
common-save = Speichern
common-close = Schließen
common-done = Fertig
common-back = Zurück
common-try-again = Erneut versuchen
common-try-now = Jetzt versuchen
common-one-moment = Einen Moment …
common-out-of-date = Möglicherweise nicht aktuell
common-copied = Kopiert
common-never = nie
common-looking-for-cause = Ursache wird gesucht …
common-refreshing = wird erneuert …
common-authorize = Autorisieren
common-choose-file = Datei auswählen …
common-edit-registration = App-Registrierung bearbeiten
common-network-settings = Netzwerkeinstellungen
common-integrations =
    { $n ->
        [one] 1 Integration
       *[other] { $n } Integrationen
    }
