authorize-browser-opens = Der Browser öffnet { $service }. Dort mit dem zu verbindenden Konto anmelden und zustimmen.
authorize-registration = App-Registrierung { $part }.
authorize-use-another = Andere verwenden
authorize-built-in = Verwendet die mit Storm Connect gelieferte App-Registrierung.
authorize-own = Eigene App-Registrierung verwenden
files-title = Was aus den Dateien wurde
connect-opening-browser = Browser wird geöffnet …
heading-reconnect = { $name } neu verbinden
heading-replace-credential = Zugangsdaten von { $name } ersetzen
heading-add = Integration hinzufügen
heading-which-service = Welcher Dienst?
heading-which-service-file = { $shape }: Für welchen Dienst?
heading-which-service-key = Für welchen Dienst ist der kopierte Schlüssel?
heading-connect = { $service } verbinden
heading-how = Wie soll die Anmeldung erfolgen?
heading-registration = App-Registrierung
heading-replace =
    { $method ->
        [service_account] Schlüsseldatei von { $name } ersetzen
       *[other] Schlüssel von { $name } ersetzen
    }
connectors-search = Dienste durchsuchen
connectors-list = Dienste
connectors-none = Kein Dienst passt zu „{ $text }“. Nach dem Namen suchen, etwa GitHub.
connectors-at-once = { $part } meldet sofort bei { $service } an
device-enter = Diesen Code auf einem anderen Gerät eingeben
device-code = Code
device-copy-code = Code kopieren
device-time-left = noch { $time }
device-open-address = Diese Adresse auf einem Telefon oder einem anderen Computer öffnen. Dort mit dem zu verbindenden Konto anmelden.
device-open-address-or-scan = Diese Adresse auf einem Telefon oder einem anderen Computer öffnen oder das Bild scannen. Dort mit dem zu verbindenden Konto anmelden.
device-address = Adresse
device-copy-address = Adresse kopieren
device-open-here = Hier öffnen
device-qr = QR-Code von { $address }
device-use-browser = Stattdessen den Browser auf diesem Computer verwenden
discovery-authorize = Anmeldeseite
discovery-token = Tokens
discovery-userinfo = Konto
discovery-revoke = Widerruf
discovery-keys = Signaturschlüssel
discovery-looking = Angaben des Dienstes werden abgerufen …
discovery-again = Erneut abrufen
discovery-title = Angaben des Dienstes
discovery-issuer = Aussteller
discovery-another-host = anderer Host
discovery-scopes = Angebotene Scopes
discovery-more = { $n } weitere
discovery-renewing = Erneuerung
discovery-refresh-unknown = Der Dienst macht keine Angabe
discovery-refresh-yes = Der Zugriff wird von selbst erneuert
discovery-refresh-no = Nicht angeboten: neu anmelden, wenn der Zugriff endet
discovery-also = Außerdem angeboten
discovery-device = Gerätecode
discovery-registration = Apps, die sich selbst registrieren
discovery-nothing = Nichts weiter
discovery-elsewhere-title = Einige Adressen liegen auf einem anderen Host
discovery-elsewhere = Nur fortfahren, wenn sie zum selben Dienst gehören. Sie werden wie angezeigt behalten und beim Erneuern nicht erneut abgerufen.
file-open-key-page = Schlüsselseite öffnen
key-saved-asking = Verschlüsselt gespeichert; { $service } wird gefragt …
key-stored = Wird verschlüsselt auf diesem Computer gespeichert.
file-or-drop = Oder die heruntergeladene Datei irgendwo auf dieses Fenster ziehen.
files-connected-as = Verbunden als „{ $name }“.
files-saved-as = Gespeichert als „{ $name }“. { $verdict }.
files-left-out = Ausgelassen. Nichts davon wurde übernommen.
files-connected =
    { $n ->
        [one] { $n } von { $all } Dateien ist verbunden.
       *[other] { $n } von { $all } Dateien sind verbunden.
    }
key-set-up-that = Stattdessen diesen Dienst einrichten
key-field-emptied = Das Feld wurde bei der Übergabe des Schlüssels geleert; ihn erneut einfügen.
methods-group = Anmeldewege
paste-first = Zuerst die Adresse einfügen.
paste-open = Browser auf einem anderen Computer? Die Adresse einfügen, auf der er endete
paste-address = Adresse, auf der der Browser endete
paste-help = Dort zuerst zustimmen. Die letzte Seite lässt sich nicht anzeigen, das ist so vorgesehen; die ganze Adresse kopieren.
paste-use = Diese Adresse verwenden
queue-file = Datei { $at } von { $all }
queue-refused =
    { $n ->
        [one] { $names } wurde abgelehnt; der Grund steht am Ende
       *[other] { $names } wurden abgelehnt; der Grund steht am Ende
    }
registration-yours = Vorhandene App-Registrierungen
registration-used-by =
    { $n ->
        [one] von 1 Integration verwendet
       *[other] von { $n } Integrationen verwendet
    }
registration-use-named = App-Registrierung { $id } verwenden
registration-use-this = Diese verwenden
registration-or = oder eine weitere hinzufügen
registration-without = Ohne App-Registrierung
registration-none-yet = Noch keine App-Registrierung? Bei manchen Diensten kann sich dieses Programm selbst registrieren.
registration-automatic = Automatisch registrieren
registration-redirect = Redirect-URI, bei { $service } einzutragen
registration-copy = Kopieren
registration-open-page = Seite des Dienstes öffnen
registration-client-id = Client-ID
registration-client-secret = Client-Secret
registration-secret-ends = Das Secret läuft ab am
registration-client-id-help = { $service } zeigt sie nach der Registrierung der App an.
registration-secret-file = Client-Secret aus einer Datei
registration-type-it = Stattdessen eingeben
registration-secret-kept = Eines ist gespeichert; zum Beibehalten leer lassen.
registration-secret-needed = { $service } verlangt es.
registration-secret-only = Nur, wenn der Dienst eines ausgegeben hat. Es kann ein privater Schlüssel sein: als PEM eingeben oder die Datei hierher ziehen.
registration-enter-again = Das Client-Secret erneut eingeben.
registration-continue = Weiter
setup-value-unfit = Dieser Wert passt nicht.
setup-more = Weitere Einstellungen
setup-name = Name
setup-name-help = So heißt die Integration in der Liste.
verdict-leave = Vorerst so lassen
verdict-show = Anzeigen
waiting-browser = Wartet auf die Anmeldung im Browser
waiting-no-browser = Es konnte kein Browser geöffnet werden. Den Link kopieren und selbst öffnen.
waiting-approve = Mit dem zu verbindenden Konto zustimmen. { $part }
waiting-approve-scopes = „{ $scopes }“ mit dem zu verbindenden Konto zustimmen. { $part }
waiting-time-left = Noch { $time }.
waiting-link = Link
waiting-copy-link = Link kopieren
waiting-open-again = Erneut öffnen
waiting-disturbed-title = Ein anderes Programm klopft bei dieser Anmeldung an
waiting-disturbed = Etwas auf diesem Computer sendet Antworten, die nicht vom Browser stammen. Sie werden abgewiesen; nur die Antwort dieser Anmeldung zählt.
waiting-on-phone = Oder auf dem Telefon anmelden: { $part }
waiting-use-code = Einen Code auf einem anderen Gerät verwenden
waiting-approved = { $service } hat zugestimmt. Tokens werden gespeichert …
waiting-asking = Bei { $service } wird ein Token angefragt …
waiting-stored = Die Tokens sind verschlüsselt gespeichert und erneuern sich selbst.
waiting-keep-both = Beide behalten
waiting-cancelled = Abgebrochen
waiting-nothing-changed = Nichts wurde geändert.
waiting-again = Erneut autorisieren
connect-next-file = Nächste Datei
connect-finish = Abschließen
connect-finish-first = Zuerst dies abschließen
connect-then-drop = Die Datei danach erneut ablegen.
connect-another-file = Das ist: { $shape }. { $service } nimmt hier eine andere Art Datei an.
