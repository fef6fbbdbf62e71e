carries-key = Schlüssel
carries-key_file = Schlüsseldatei
carries-client = App-Registrierung
carries-sign_in = Anmeldung
carries-settings = Einstellungen; neue Anmeldung nötig
keep-title = Sichern und Wiederherstellen
keep-export-title = Versiegelter Export von Integrationen
keep-export = Für einen anderen Computer oder zum getrennten Aufbewahren. Lässt sich mit einer Passphrase öffnen, bis zu einem wählbaren Tag.
keep-export-open = Exportieren …
keep-restore-open = Wiederherstellen …
keep-copies-title = Kopien des ganzen Tresors
keep-copies = Entstehen stündlich, solange Storm Connect läuft; die letzten fünf liegen in { $part }. Auf einem anderen Computer öffnet der Wiederherstellungscode eine solche Kopie.
export-title = Integrationen exportieren
export-written-title = Der Export wurde geschrieben
export-holds =
    { $file } enthält { $n ->
        [one] eine Integration
       *[other] { $n } Integrationen
    }
export-opens-until = Die Datei lässt sich mit ihrer Passphrase öffnen bis { $until }. Niemand kann die Passphrase wiederherstellen.
export-moved-title =
    { $n ->
        [one] Eine Anmeldung ist in die Datei umgezogen
       *[other] { $n } Anmeldungen sind in die Datei umgezogen
    }
export-moved = Hier wird davon nichts mehr erneuert. Die Datei bald und nur auf einem einzigen Computer wiederherstellen, danach löschen.
export-how-to-restore = Zum Wiederherstellen die Datei auf dem anderen Computer auf Storm Connect ziehen oder dort in den Einstellungen unter „Sichern und Wiederherstellen“ auswählen.
export-nothing-written = Es wurde kein Ort gewählt, daher wurde nichts geschrieben. Zum Fortfahren die Passphrase erneut eingeben.
export-contents = Was in die Datei kommt
export-left-out = Ausgelassen.
export-sign-ins = Anmeldungen (OAuth)
export-leave-title = Hier belassen
export-leave = Die Datei enthält Einstellungen und App-Registrierungen; auf dem anderen Computer einmal anmelden. Danach funktionieren beide.
export-move-title = Auf einen anderen Computer umziehen
export-move = Sobald die Datei geschrieben ist, ruhen sie hier. Eine Anmeldung, die zwei Computer erneuern, würde auf beiden enden.
export-keys = Schlüssel und Schlüsseldateien werden kopiert und funktionieren an beiden Orten. Wird hier etwas davon ersetzt, gilt die Kopie nicht mehr.
export-term = Lässt sich öffnen für
export-days =
    { $days ->
        [365] ein Jahr
        [one] 1 Tag
       *[other] { $days } Tage
    }
export-passphrase = Passphrase der Datei
export-passphrase-help = Mindestens { $n } Zeichen. Nie auf dem Weg mitteilen, den die Datei nimmt.
export-save = Speichern …
export-move-and-save = Umziehen und speichern …
hold-unproved-title = Wiederhergestellt, aber noch nicht eingeschaltet
hold-unproved = { $service } hat sie hier noch nicht angenommen. Zum Einschalten prüfen.
hold-verify = Prüfen und einschalten
hold-asking-title = Wurde die exportierte Datei nirgends wiederhergestellt?
hold-asking = Verwendet ein anderer Computer diese Anmeldung, kann das Zurückholen sie auf beiden beenden. Dann stattdessen hier neu anmelden; so bekommt dieser Computer eine eigene.
hold-leave = Dort belassen
hold-sign-in-again = Neu anmelden
hold-take-back = Zurückholen
hold-taken-back = { $name } wird hier wieder verwendet
hold-moved-title = Die Anmeldung ist auf einen anderen Computer umgezogen
hold-moved = Damit sie dort nicht endet, wird sie hier weder erneuert noch verliehen. Alles andere bleibt erhalten.
hold-use-here = Hier wieder verwenden …
restore-title = Aus einem Export wiederherstellen
restore-title-done = Wiederhergestellt
restore-file = { $file } · erstellt { $when }, lässt sich öffnen bis { $until }
restore-first = Zuerst wird der Inhalt angezeigt. Hinzugefügt wird nur, was dann ausgewählt ist.
restore-passphrase-help = Die beim Erstellen gewählte.
restore-contents = Was in der Datei ist
restore-sign-ins = In diese Datei umgezogene Anmeldungen
restore-take-over-title = Übernehmen
restore-take-over = Sie werden ab jetzt hier erneuert und sonst nirgends.
restore-again-title = Neu anmelden
restore-again = Wählen, wenn die Datei schon auf einem anderen Computer wiederhergestellt wurde: Eine Anmeldung an zwei Orten endet an beiden.
restore-each = Jede Integration wird gespeichert, beim Dienst geprüft und eingeschaltet, sobald er sie annimmt. Das Verleihen bleibt ausgeschaltet, bis es erlaubt wird.
restore-go =
    { $n ->
        [one] Eine Integration
       *[other] { $n } Integrationen
    } wiederherstellen
restore-progress = { $at } von { $all } wird wiederhergestellt …
restore-all-title =
    { $n ->
        [one] Eine Integration
       *[other] { $n } Integrationen
    } wiederhergestellt
restore-all = Alle funktionieren hier. Die Datei jetzt löschen; wer sie und ihre Passphrase hat, hat auch die Schlüssel.
restore-some-title = { $n } von { $all } eingeschaltet
restore-some = Bei den anderen steht, was fehlt. Was gespeichert wurde, steht in der Liste und lässt sich dort prüfen.
restore-results = Ergebnis
restore-stop = Nach dieser anhalten
restore-left-out = Ausgelassen
arrival-another = { $brings }. Eine andere desselben Kontos ist hier: { $name }
arrival-here = Schon hier als { $name }; auswählen, um eine zweite hinzuzufügen
arrival-here-as = Schon hier als { $name }
arrival-taken-back = Von hier umgezogen; die Anmeldung kehrt zu { $name } zurück
arrival-on = Geprüft und eingeschaltet
arrival-off = Gespeichert, aber nicht eingeschaltet.
arrival-sign-in = Gespeichert. Zum Verwenden einmal anmelden
