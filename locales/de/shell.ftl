tray-opening = Der Tresor wird geöffnet
tray-need-you =
    { $n ->
        [one] Bei 1 Integration ist etwas zu tun
       *[other] Bei { $n } Integrationen ist etwas zu tun
    }
tray-to-be-replaced =
    { $n ->
        [one] 1 Schlüssel ist bald zu ersetzen
       *[other] { $n } Schlüssel sind bald zu ersetzen
    }
tray-all-well =
    { $n ->
        [0] Noch ist nichts verbunden
        [one] 1 Integration, nichts zu tun
       *[other] { $n } Integrationen, nichts zu tun
    }
tray-unreadable = Der Tresor kann nicht gelesen werden
tray-locked = Der Tresor ist gesperrt
tray-reconnect = { $name } neu verbinden
tray-more = { $n } weitere …
tray-pause-all = Alle pausieren
tray-resume-all = Alle fortsetzen
tray-open = Storm Connect öffnen
tray-quit = Beenden
notification-later = Später
notification-reconnect = Neu verbinden
notification-show = Anzeigen
notification-rotate = Rotieren
notification-needs-you = { $name }: Handlung nötig
notification-asked-in-vain = { $text } Ein Tool hat vergeblich danach gefragt.
notification-names =
    { $more ->
        [0] { $names } und { $last }. Alles andere läuft weiter.
        [1] { $names } und eine weitere. Alles andere läuft weiter.
       *[other] { $names } und { $more } weitere. Alles andere läuft weiter.
    }
notification-separator = { ", " }
notification-minimized-title = Storm Connect läuft weiter
notification-minimized = Dieser Desktop zeigt keine Symbole in der Leiste; daher wurde das Fenster minimiert.
need-grant-refused = Der Dienst hat diese Verbindung beendet. Neu anmelden; alles Eingerichtete bleibt erhalten.
need-interaction-required = Der Dienst verlangt eine neue Anmeldung, wegen neuer Bedingungen oder einer weiteren Prüfung.
need-interrupted-crash = Eine Erneuerung wurde durch das Programmende abgebrochen. Zum Fortfahren neu anmelden.
need-interrupted-sleep = Eine Erneuerung wurde durch den Ruhezustand abgebrochen. Zum Fortfahren neu anmelden.
need-interrupted-network = Eine Erneuerung wurde durch das Netzwerk abgebrochen. Zum Fortfahren neu anmelden.
need-access-ended = Der Zugriff ist abgelaufen und lässt sich nicht erneuern. Neu anmelden.
need-record-damaged = Der Datensatz im Tresor ist beschädigt. Neu verbinden; sonst ist nichts betroffen.
need-key-refused = Der Dienst lehnt den Schlüssel ab. Zum Fortfahren den Schlüssel ersetzen.
need-other = Der Dienst gewährt keinen Zugriff mehr. Storm Connect öffnen, um den Grund zu sehen.
reminder-last-day-title =
    { $name }: letzter Tag { $kind ->
        [file] der Schlüsseldatei
       *[other] des Schlüssels
    }
reminder-last-day =
    { $kind ->
        [file] Die Schlüsseldatei
       *[other] Der Schlüssel
    } läuft am { $moment } ab. Jetzt erneuern und rotieren, damit nichts stehen bleibt.
reminder-title =
    { $name }: { $kind ->
        [file] Schlüsseldatei
       *[other] Schlüssel
    } bald ersetzen
reminder-ends =
    { $kind ->
        [file] Die Schlüsseldatei
       *[other] Der Schlüssel
    } läuft am { $day } ab. Erneuern und rotieren; bis dahin gilt noch das Alte.
reminder-old =
    { $kind ->
        [file] Die Schlüsseldatei
       *[other] Der Schlüssel
    } hat das gewünschte Höchstalter erreicht. Erneuern und rotieren; das Alte gilt weiter.
date-day =
    { $day }. { $month ->
        [1] Januar
        [2] Februar
        [3] März
        [4] April
        [5] Mai
        [6] Juni
        [7] Juli
        [8] August
        [9] September
        [10] Oktober
        [11] November
       *[other] Dezember
    } { $year }
date-moment = { $date }, { $time } Uhr
dialog-key-title = Eine oder mehrere Schlüsseldateien auswählen
dialog-key-kind = Schlüsseldateien
dialog-authority-title = Zertifikatdatei auswählen
dialog-authority-kind = Zertifikate
dialog-calendar-title = Vorschau speichern
dialog-calendar-kind = Kalenderdateien
dialog-log-title = Aktivitätsprotokoll speichern
dialog-log-table-kind = Kommagetrennte Werte
dialog-log-lines-kind = JSON-Zeilen
dialog-all-files = Alle Dateien
calendar-needs-you = { $name }: Handlung nötig
calendar-sign-in = { $name }: Anmeldung endet
calendar-key =
    { $name }: { $kind ->
        [file] Schlüsseldatei
       *[other] Schlüssel
    } läuft ab
calendar-secret =
    { $n ->
        [0] { $name }: Client-Secret läuft ab
        [1] { $name } und eine weitere Integration: Client-Secret läuft ab
       *[other] { $name } und { $n } weitere Integrationen: Client-Secret läuft ab
    }
calendar-replace =
    { $name }: { $kind ->
        [file] Schlüsseldatei
       *[other] Schlüssel
    } ersetzen
calendar-todo-sign-in = Bis dahin bei { $service } neu anmelden: in Storm Connect „Neu verbinden“ wählen.
calendar-todo-unused = Nichts erneuert sie, daher beendet { $service } sie wegen Nichtgebrauchs. In Storm Connect fortsetzen oder erneuern, oder ablaufen lassen.
calendar-todo-key = Bei { $service } { $kind ->
        [file] die nächste Schlüsseldatei
       *[other] den nächsten Schlüssel
    } erstellen und vor dem Ablauf in Storm Connect rotieren.
calendar-todo-secret = Bei { $service } das nächste Client-Secret der App erstellen und in Storm Connect rotieren.
calendar-todo-old = Das gewünschte Höchstalter ist erreicht. Bei { $service } { $kind ->
        [file] die nächste Schlüsseldatei
       *[other] den nächsten Schlüssel
    } erstellen und rotieren.
calendar-known = { $todo } Ende: { $moment } UTC.
calendar-presumed = { $todo } Ende: { $moment } UTC. Das ist vom Dienst so bekannt; für diesen Fall hat er es nicht gesagt.
need-left-behind = Ohne Anmeldung wiederhergestellt. Einmal anmelden, um sie hier zu verwenden.
dialog-new-export-title = Export speichern
dialog-export-title = Export auswählen
dialog-export-kind = Exporte von Storm Connect
dialog-import-title = Dateien zum Importieren auswählen
dialog-import-kind = Exporte und Einstellungen
dialog-folder-title = Ordner zum Durchsuchen auswählen
dialog-diagnostics-title = Diagnose speichern
dialog-diagnostics-kind = Textdateien
