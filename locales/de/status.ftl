status-connected = Verbunden
status-limited = Eingeschränkt
status-scopes-missing =
    { $n ->
        [one] 1 Scope fehlt
       *[other] { $n } Scopes fehlen
    }
status-scopes-missing-detail = Funktioniert, aber ohne { $scopes }.
status-replace-soon = Bald ersetzen
status-replace-soon-old = Gespeichert { $when }; das gewünschte Höchstalter ist erreicht.
status-replace-soon-ended = Abgelaufen { $when }.
status-replace-soon-ends = Läuft ab { $when }.
status-needs-you = Handlung nötig
status-since = Begonnen { $when }.
status-app-refused = App abgelehnt
status-retrying = Neuer Versuch
status-tried-again = Nächster Versuch { $when }.
status-not-verified = Nicht geprüft
status-paused = Pausiert
status-connecting = Wird verbunden
status-waiting-for-browser = Wartet auf den Browser.
status-not-connected = Nicht verbunden
trouble-dns = Der Hostname wurde nicht gefunden.
trouble-connection = Die Verbindung brach ab.
trouble-tls = Das Zertifikat wurde nicht akzeptiert.
trouble-timeout = Die Antwort kam nicht rechtzeitig.
trouble-too_large = Die Antwort war zu groß für ein Token.
trouble-redirected = Der Dienst leitete an eine andere Adresse weiter; dem wird nicht gefolgt.
trouble-service_busy = Der Dienst ist ausgelastet.
trouble-not_an_answer = Etwas anderes hat geantwortet, etwa ein Proxy oder eine Anmeldeseite des Netzwerks.
trouble-unusable_token = Die letzte Antwort war nicht verwendbar.
trouble-id_token_refused = Die letzte Antwort enthielt ein ungültiges ID-Token und wurde daher nicht verwendet.
trouble-client_key = Schlüssel oder Zertifikat der App-Registrierung ist nicht verwendbar.
trouble-registration = Der Dienst lehnt die App-Registrierung ab. Die Tokens bleiben erhalten.
trouble-request = Der Dienst lehnt die Anfrage ab.
trouble-vault = Der Tresor kann nicht geschrieben werden; daher wird nichts gesendet.
method-api_key = API-Schlüssel
method-oauth = OAuth 2.0
method-service_account = Dienstkonto
sign-refreshed = erneuert { $when }
sign-verified = geprüft { $when }
sign-none = noch nicht geprüft
verdict-works-as = Funktioniert als { $account }
verdict-works = Funktioniert
verdict-accepted =
    { $service } hat { $method ->
        [oauth] die Anmeldung
        [service_account] die Schlüsseldatei
       *[other] den Schlüssel
    } akzeptiert.
verdict-accepted-unknown =
    { $service } hat { $method ->
        [oauth] die Anmeldung
        [service_account] die Schlüsseldatei
       *[other] den Schlüssel
    } akzeptiert, nennt aber das Konto nicht.
verdict-fine-without = Wird das nicht gebraucht, ist alles in Ordnung.
verdict-limit = Der Dienst erlaubt nicht: { $missing }.
verdict-refused =
    { $service } hat { $method ->
        [oauth] die Anmeldung
        [service_account] die Schlüsseldatei
       *[other] den Schlüssel
    } abgelehnt
verdict-could-not-reach = { $service } war nicht erreichbar
verdict-not-known-yet =
    { $method ->
        [oauth] Die Anmeldung
        [service_account] Die Schlüsseldatei
       *[other] Der Schlüssel
    } ist gespeichert; ob alles funktioniert, ist noch nicht bekannt.
primary-reconnect = Neu verbinden
primary-replace =
    { $method ->
        [service_account] Schlüsseldatei ersetzen
       *[other] Schlüssel ersetzen
    }
primary-rotate =
    { $method ->
        [service_account] Schlüsseldatei rotieren
       *[other] Schlüssel rotieren
    }
primary-resume = Fortsetzen
primary-verify = Jetzt prüfen
reason-grant_refused-title = { $service } hat diese Verbindung { $when } beendet
reason-grant_refused = Die Anmeldung wird nicht mehr akzeptiert, etwa weil ein Passwort geändert oder der Zugriff dort entfernt wurde. Alles Eingerichtete bleibt erhalten; { $as ->
        [none] mit demselben Konto neu anmelden
       *[other] als { $account } neu anmelden
    }.
reason-interaction_required-title = { $service } verlangt eine neue Anmeldung
reason-interaction_required = Eine neue Zustimmung oder eine weitere Prüfung wird verlangt. Alles Eingerichtete bleibt erhalten; { $as ->
        [none] mit demselben Konto neu anmelden
       *[other] als { $account } neu anmelden
    }.
reason-refresh_interrupted-title = Die Erneuerung { $when } wurde unterbrochen
reason-refresh_interrupted = Sie brach ab, { $by ->
        [crash] weil Storm Connect beendet wurde
        [sleep] weil der Computer in den Ruhezustand ging
       *[other] weil das Netzwerk ausfiel
    }, und { $service } nimmt das vorige Token nicht mehr an. Alles Eingerichtete bleibt erhalten; { $as ->
        [none] mit demselben Konto neu anmelden
       *[other] als { $account } neu anmelden
    }.
reason-access_token_ended-title = Der Zugriff auf { $service } ist abgelaufen
reason-access_token_ended = Dieser Dienst gibt kein Token zum Erneuern aus. Alles Eingerichtete bleibt erhalten; { $as ->
        [none] mit demselben Konto neu anmelden
       *[other] als { $account } neu anmelden
    }.
reason-record_damaged-title = Der Datensatz im Tresor ist beschädigt
reason-record_damaged-oauth =
    { $service } wurde nicht gefragt, und keine andere Integration ist betroffen. Nichts wurde gelöscht; { $as ->
        [none] mit demselben Konto neu anmelden
       *[other] als { $account } neu anmelden
    }.
reason-record_damaged-key =
    { $service } wurde nicht gefragt, und keine andere Integration ist betroffen. Nichts wurde gelöscht; { $method ->
        [service_account] die Schlüsseldatei noch einmal auswählen
       *[other] den Schlüssel noch einmal einfügen
    }.
reason-key_refused-title =
    { $service } hat { $method ->
        [service_account] die Schlüsseldatei
       *[other] den Schlüssel
    } { $when } abgelehnt
reason-key_refused = Widerrufen, ersetzt oder dort abgelaufen. Alles Eingerichtete bleibt erhalten; bei { $service } { $method ->
        [service_account] eine neue Schlüsseldatei
       *[other] einen neuen Schlüssel
    } erstellen und hier ersetzen.
account-other-title = Ein anderes Konto hat sich angemeldet
account-other = { $name } gehört zu { $expected }, angemeldet hat sich { $got }. Noch wurde nichts geändert.
account-unknown-title = Wer sich angemeldet hat, ist nicht bekannt
account-unknown = { $name } gehört zu { $expected }, und der Dienst sagt nicht, wer sich angemeldet hat. Noch wurde nichts geändert.
account-replace-other = { $name } gehört ab jetzt zu { $got }. Tools, die es nutzen, erhalten die Daten dieses Kontos.
account-replace-unknown = { $name } gehört ab jetzt dem angemeldeten Konto. Tools, die es nutzen, erhalten die Daten dieses Kontos.
account-keep-both-other = { $got } wird eine eigene Integration. { $name } bleibt unverändert.
account-keep-both-unknown = Die neue Anmeldung wird eine eigene Integration. { $name } bleibt unverändert.
account-cancel-other = Die neue Anmeldung wird verworfen und beim Dienst beendet, sofern das sonst nichts beendet. { $name } bleibt unverändert.
account-cancel-unknown = Die neue Anmeldung wird verworfen. { $name } bleibt unverändert.
account-added-title = „{ $name }“ wurde hinzugefügt
account-added = „{ $kept }“ bleibt unverändert.
account-connected-as = Verbunden als { $account }
account-old-unused = Die Tokens des alten Kontos werden nicht mehr verwendet.
account-nothing-changed = Nichts wurde geändert
account-declined-revoked =
    { $whose ->
        [none] Die neue Anmeldung
       *[other] Der Zugriff von { $account }
    } wurde beim Dienst beendet.
account-declined-pending =
    { $whose ->
        [none] Die neue Anmeldung
       *[other] Der Zugriff von { $account }
    } ist beim Dienst noch zu beenden; siehe Aktivität.
account-declined-forgotten =
    { $whose ->
        [none] Die neue Anmeldung
       *[other] Der Zugriff von { $account }
    } wurde hier verworfen.
told-verified = { $name }: { $verdict }
told-refreshed = { $name } wurde erneuert
told-paused = { $name } ist pausiert
told-resumed = { $name } läuft wieder
told-back = { $name } ist wieder da
original-moved-title = In den Papierkorb verschoben
original-moved = Bis der Papierkorb geleert wird, lässt sie sich wiederherstellen, auch von anderen, die dieses Benutzerkonto verwenden.
original-gone-title = Die Datei ist schon weg
original-gone = Es gibt nichts mehr zu verschieben.
original-kept-title =
    { $n ->
        [one] Die Datei bleibt, wo sie ist
       *[other] Die Dateien bleiben, wo sie sind
    }
original-still-title = Der Schlüssel liegt noch in einer Datei
original-still =
    { $n ->
        [one] { $files } wird nicht mehr gebraucht. Wer sie lesen kann, hat den Schlüssel.
       *[other] { $files } werden nicht mehr gebraucht. Wer sie lesen kann, hat den Schlüssel.
    }
original-two-files = { $first } und { $second }
backup-sentence = Die letzte gute Kopie stammt von { $when }, mit { $n ->
        [one] 1 Integration
       *[other] { $n } Integrationen
    }. Was sie ersetzt, bleibt daneben erhalten.
fact-account = Konto
fact-project = Projekt
fact-access_key_id = Zugriffsschlüssel-ID
fact-key_id = Schlüssel-ID
fact-client_id = Client-ID
fact-app = App
fact-subject = Ausgestellt für
fact-user = Benutzer
fact-profile = Profil
fact-algorithm = Schlüssel
fact-fingerprint = Fingerabdruck
fact-authority = Zertifizierungsstelle
fact-authority-own = { $name }, nur für diese Integration vertraut
fact-certificate = Zertifikat
fact-line-access_key_id = Zugriffsschlüssel-ID { $id }
fact-line-key_id = Schlüssel-ID { $id }
fact-line-client_id = Client-ID { $id }
fact-line-fingerprint = Fingerabdruck { $id }
certificate-not_yet = Gültig ab { $day }. Ist das schon vorbei, geht die Uhr dieses Computers nach.
certificate-current = Gültig bis { $day }
certificate-ends_soon = Läuft { $when } ab ({ $day }). Bald das nächste ausstellen lassen.
certificate-ended = Abgelaufen { $when }. Der Dienst lehnt es möglicherweise ab.
drop-one-only = Hier ist nur eine Datei verwendbar, und das sind mehrere. Nur die gemeinte Datei hierher ziehen; nichts wurde übernommen.
status-moved-away = Umgezogen
status-moved-away-when = Die Anmeldung ist { $when } auf einen anderen Computer umgezogen.
status-unproved = Nicht eingeschaltet
status-unproved-when = Wiederhergestellt { $when }; der Dienst hat sie hier noch nicht angenommen.
reason-sign_in_left_behind-title = Ohne Anmeldung wiederhergestellt
reason-sign_in_left_behind = Die Anmeldung blieb auf dem Computer, von dem der Export stammt. Alles andere ist da; { $as ->
        [none] einmal mit demselben Konto anmelden
       *[other] einmal als { $account } anmelden
    }.
drop-export-alone = Ein Export wird für sich wiederhergestellt. Nur ihn hierher ziehen; von diesen Dateien wurde nichts übernommen.
drop-export-later = Erst den offenen Dialog abschließen, dann den Export hierher ziehen.
