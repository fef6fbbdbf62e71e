diagnostics-title = Diagnose
diagnostics-report = Ein Bericht für alle, die helfen
diagnostics-report-text = Versionen, wie der Tresor verwahrt wird, wie viele Integrationen wie stehen, und Fehler nach ihrem Code. Vor dem Kopieren wird er gezeigt.
diagnostics-open = Diagnose kopieren …
diagnostics-log-text = Was das Programm seit seinem Start getan hat. Es steht nur im Arbeitsspeicher und endet mit dem Programm.
diagnostics-log-open = Protokoll anzeigen
diagnostics-exactly = Genau das wird kopiert, auf Englisch für alle, die helfen. Darin stehen kein Geheimnis und kein Name, Konto, Host oder Ordner.
diagnostics-shown = Der Bericht
diagnostics-making = Die Angaben werden gesammelt …
diagnostics-copy = Kopieren
diagnostics-save = In eine Datei speichern …
diagnostics-copied = Kopiert. Dort einfügen, wo danach gefragt wurde.
diagnostics-saved = { $name } wurde gespeichert
diagnostics-not-made = Der Bericht konnte nicht erstellt werden
program-log-title = Programmprotokoll
program-log-search = Protokoll durchsuchen
program-log-search-hint = Suchen
program-log-least = Gezeigte Zeilen
program-log-least-error = Fehler
program-log-least-warning = Warnungen und Fehler
program-log-least-info = Ohne Einzelheiten
program-log-least-debug = Ohne Einzelschritte
program-log-least-trace = Alles
program-log-level-error = Fehler
program-log-level-warning = Warnung
program-log-level-info = Hinweis
program-log-level-debug = Detail
program-log-level-trace = Schritt
program-log-follow = Mitlaufen
program-log-more = Mehr aufzeichnen
program-log-more-text = Bis das Programm endet. Geheimnisse werden nie aufgezeichnet.
program-log-lines =
    { $n ->
        [one] 1 Zeile
       *[other] { $n } Zeilen
    }
program-log-lines-more =
    { $n ->
        [one] 1 Zeile und frühere
       *[other] { $n } Zeilen und frühere
    }
program-log-shown = Zeilen des Protokolls
program-log-reading = Protokoll wird gelesen …
program-log-older = Frühere Zeilen anzeigen
program-log-none = Noch wurde nichts aufgezeichnet.
program-log-none-text = Hier erscheinen Warnungen und Fehler. „Mehr aufzeichnen“ zeigt mehr von dem, was geschieht.
program-log-none-fits = Keine passende Zeile.
program-log-everything = Alles anzeigen
program-log-copy = Diese Zeilen kopieren
program-log-copied =
    { $n ->
        [one] 1 Zeile kopiert
       *[other] { $n } Zeilen kopiert
    }
program-log-copied-text = Darin können Hosts von Diensten stehen. Vor dem Weitergeben lesen.
program-log-not-read = Das Protokoll konnte nicht gelesen werden
