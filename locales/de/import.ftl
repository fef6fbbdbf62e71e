import-title-ask = Aus anderen Tools importieren
import-subtitle-ask = Schlüssel, die im Klartext auf diesem Computer liegen
import-title-scanning = Wird gesucht …
import-title-preview = Was gefunden wurde
import-subtitle-preview = Gespeichert wird nur, was ausgewählt ist
import-title-importing = Wird importiert
import-subtitle-importing = Jeder Schlüssel wird gespeichert und dann beim Dienst ausprobiert
import-title-results = Was daraus wurde
import-explained = Storm Connect kann Schlüssel in { $part }-Dateien suchen, in dem, was Befehlszeilenprogramme etwa von AWS, GitHub und Docker speichern, und in Exporten von Postman, Insomnia, Bruno, 1Password und Bitwarden. Alles wird einmal gelesen, hier auf diesem Computer, und nichts davon geändert.
import-well-known = Dort suchen, wo diese Tools ihre Schlüssel aufbewahren
import-well-known-places =
    { $n ->
        [one] { $n } Ort, sonst nichts im Benutzerordner
       *[other] { $n } Orte, sonst nichts im Benutzerordner
    }
import-places = Welche Orte
import-choose-files = Dateien auswählen …
import-choose-folder = Ordner auswählen …
import-folder = Ein Ordner wird sechs Ebenen tief nach { $part }-Dateien und Exporten durchsucht.
import-leave-out = { $path } auslassen
import-scan = Schlüssel suchen
import-looking = Schlüssel werden gesucht …
import-looking-so-far =
    { $n ->
        [one] Schlüssel werden gesucht; bisher { $n } Datei oder Ordner …
       *[other] Schlüssel werden gesucht; bisher { $n } Dateien und Ordner …
    }
import-running = { $done } von { $total } erledigt …
import-cut-short-title = Es gab mehr, als auf einmal durchsucht wird
import-cut-short = Was bis dahin gefunden wurde, steht unten. Für den Rest einen kleineren Ordner auswählen.
import-none-title = Es wurden keine Schlüssel gefunden
import-none =
    { $n ->
        [one] { $n } Datei oder Ordner wurde durchsucht.
       *[other] { $n } Dateien und Ordner wurden durchsucht.
    } Einen Ordner mit .env-Dateien oder einen Export auswählen.
import-all = Alle auswählen
import-chosen = { $n } von { $all } ausgewählt
import-left-seen =
    { $n ->
        [one] { $n } weiterer Eintrag darin wurde ausgelassen
       *[other] { $n } weitere Einträge darin wurden ausgelassen
    }
import-left-line = , Zeile { $line }
import-others =
    { $n ->
        [one] { $n } Datei, aus der nichts übernommen werden kann
       *[other] { $n } Dateien, aus denen nichts übernommen werden kann
    }
import-lacking =
    { $n ->
        [one] Bei einem davon fehlt noch eine Angabe.
       *[other] Bei { $n } davon fehlt noch eine Angabe.
    }
import-elsewhere = Woanders suchen
import-start = Importieren
import-start-these = { $n } importieren
import-stored-as = Schon verbunden als „{ $name }“.
import-same-as = Derselbe Schlüssel wie { $key } in { $path }.
import-service-unknown = Der zugehörige Dienst ist nicht bekannt.
import-service-by-name = Der Name spricht dafür, die Form nicht.
import-take = { $key } importieren
import-line = Zeile { $line }
import-change = Ändern
import-change-this = { $key } ändern
import-less = Weniger
import-service = Dienst
import-name-help = Ohne Namen heißt die Integration nach Dienst und Konto.
import-works =
    { $n ->
        [one] { $n } von { $all } funktioniert.
       *[other] { $n } von { $all } funktionieren.
    }
import-verdict = { $title }. { $text }
import-there = War schon verbunden; nichts wurde hinzugefügt.
import-left = Ausgelassen, weil der Import angehalten wurde. Nichts davon wurde übernommen.
import-copies-where = Wo die Schlüssel noch liegen
import-copies-title = Noch im Klartext
import-copies = Wer diese Dateien lesen kann, hat die Schlüssel; auch Sicherungen davon können sie enthalten. Tools, die sie lesen, brauchen sie, bis stattdessen Storm Connect ihnen Zugriff verleiht. Einen Wert von Hand entfernen; am sichersten ist es, den Schlüssel zu rotieren, denn damit wird jede Kopie ungültig.
import-show = Im Ordner anzeigen
import-moved = In den Papierkorb verschoben. Bis er geleert wird, lässt sich die Datei wiederherstellen.
import-gone = Die Datei ist schon weg.
import-copy-line = Zeile { $line }: { $part }
import-rotate = { $key } rotieren
import-back = Zurück zum Gefundenen
