activity-search-label = Aktivität durchsuchen
activity-search = Suchen
activity-integration = Integration
activity-all-integrations = Alle Integrationen
activity-time = Zeitraum
activity-period-all = Gesamter Zeitraum
activity-period-today = Heute
activity-period-week = Letzte 7 Tage
activity-period-month = Letzte 30 Tage
activity-topic = Art
activity-everything = Alles
activity-topic-sign_in = Anmeldungen
activity-topic-refresh = Erneuerungen
activity-topic-verification = Prüfungen
activity-topic-rotation = Rotationen
activity-topic-lending = An Tools verliehen
activity-topic-removal = Entfernt
activity-topic-trouble = Probleme
activity-topic-settings = Einstellungen
activity-saved = { $name } wurde gespeichert
activity-saved-text =
    { $n ->
        [one] { $n } Eintrag, wie der Filter ihn zeigt.
       *[other] { $n } Einträge, wie der Filter sie zeigt.
    }
activity-shown =
    { $n ->
        [one] { $n } Eintrag
       *[other] { $n } Einträge
    }
activity-shown-more =
    { $n ->
        [one] { $n } Eintrag und weitere
       *[other] { $n } Einträge und weitere
    }
activity-reading = Protokoll wird gelesen …
activity-none-fits = Kein passender Eintrag im Protokoll.
activity-show-everything = Alles anzeigen
activity-none = Noch ist nichts geschehen.
activity-none-text = Anmeldungen, Erneuerungen, Rotationen und was an Tools verliehen wird, werden hier festgehalten. Schlüssel und Tokens niemals.
activity-not-read = Das Protokoll konnte nicht gelesen werden
activity-show-older = Ältere anzeigen
activity-end-fits = Das sind alle passenden Einträge.
activity-end = Das sind alle Einträge.
activity-save-csv = Als CSV speichern …
activity-save-json = Als JSON speichern …
log-checking = Protokoll wird auf fremde Änderungen geprüft …
log-intact = Unverändert:
log-intact-checked =
    { $n ->
        [one] { $n } Eintrag, geprüft { $part }
       *[other] { $n } Einträge, geprüft { $part }
    }
log-check-again = Erneut prüfen
log-broken-title = Das Protokoll wurde außerhalb von Storm Connect geändert
log-broken = Eintrag { $n } passt nicht zu denen davor: Etwas, das im Datenordner schreiben kann, hat einen Eintrag geändert, entfernt oder eingefügt. Alles davor ist so, wie es geschrieben wurde; ab dort ist auf das Protokoll kein Verlass. Die Zugangsdaten sind getrennt davon versiegelt. Herausfinden, was dort geschrieben hat; die Kopien im Ordner „backups“ enthalten möglicherweise das unveränderte Protokoll.
log-not-checked = Das Protokoll konnte nicht geprüft werden
did-added = Hinzugefügt
did-connected-as = Verbunden als { $account }
did-connected = Verbunden
did-authorization_failed = Die Autorisierung endete ohne Anmeldung: { $reason }
did-refreshed = Das Token wurde erneuert
did-refresh_postponed = Die Erneuerung gelang vorerst nicht.
did-reconnect-grant_refused = Der Dienst hat die Verbindung beendet; erneutes Verbinden nötig
did-reconnect-interaction_required = Der Dienst verlangt eine neue Anmeldung
did-reconnect-refresh_interrupted = Eine Erneuerung wurde unterbrochen; erneutes Verbinden nötig
did-reconnect-access_token_ended = Der Zugriff ist abgelaufen; erneutes Verbinden nötig
did-reconnect-key_refused = Der Dienst hat den Schlüssel abgelehnt; er muss ersetzt werden
did-reconnect-record_damaged = Der Datensatz im Tresor ist beschädigt; erneutes Verbinden nötig
did-refresh_recovered = Die Antwort einer unterbrochenen Erneuerung wurde gefunden und verwendet
did-verified-works-as = Geprüft: funktioniert als { $account }
did-verified-works = Geprüft: funktioniert
did-verified-works_without = Geprüft: funktioniert.
did-verified-refused = Geprüft: abgelehnt.
did-verified-could_not_reach = Geprüft: nicht erreichbar.
did-renamed = Umbenannt, bisher { $name }
did-paused = Pausiert
did-resumed = Fortgesetzt
did-lending-on = Das Verleihen an andere Tools wurde eingeschaltet
did-lending-off = Das Verleihen an andere Tools wurde ausgeschaltet
did-lent = Zugriff wurde an { $consumer } verliehen
did-rotated-minted =
    { $noun ->
        [secret] Der Dienst hat ein neues Client-Secret erstellt, das neben dem alten gespeichert wurde
       *[other] Der Dienst hat einen neuen Schlüssel erstellt, der neben dem alten gespeichert wurde
    }
did-rotated-staged =
    { $noun ->
        [secret] Ein neues Client-Secret wurde neben dem alten gespeichert
       *[other] Ein neuer Schlüssel wurde neben dem alten gespeichert
    }
did-rotated-verified =
    { $noun ->
        [secret] Das neue Client-Secret funktioniert
       *[other] Der neue Schlüssel funktioniert
    }
did-rotated-switched =
    { $noun ->
        [secret] Zum neuen Client-Secret gewechselt
       *[other] Zum neuen Schlüssel gewechselt
    }
did-rotated-went_back =
    { $noun ->
        [secret] Der Dienst hat das neue Client-Secret abgelehnt; das alte ist wieder in Gebrauch
       *[other] Der Dienst hat den neuen Schlüssel abgelehnt; der alte ist wieder in Gebrauch
    }
did-rotated-deactivated =
    { $noun ->
        [secret] Das alte Client-Secret wurde deaktiviert und lässt sich wieder aktivieren
       *[other] Der alte Schlüssel wurde deaktiviert und lässt sich wieder aktivieren
    }
did-rotated-revoked =
    { $noun ->
        [secret] Das alte Client-Secret wurde abgeschaltet
       *[other] Der alte Schlüssel wurde abgeschaltet
    }
did-rotated-proved_dead =
    { $noun ->
        [secret] Der Dienst lehnt das alte Client-Secret ab
       *[other] Der Dienst lehnt den alten Schlüssel ab
    }
did-rotation-undone = Die Rotation wurde rückgängig gemacht
did-rotated-rehearsed =
    { $noun ->
        [secret] Eine Rotation wurde geprobt: Das neue Client-Secret wurde ausprobiert und wieder gelöscht
       *[other] Eine Rotation wurde geprobt: Der neue Schlüssel wurde ausprobiert und wieder gelöscht
    }
did-rotated-untold =
    { $noun ->
        [secret] Eine Rotation ließ sich nicht proben: Der Dienst sagt nicht, ob ein neues Client-Secret funktioniert, bevor es verwendet wird; es wurde unbenutzt gelöscht
       *[other] Eine Rotation ließ sich nicht proben: Der Dienst sagt nicht, ob ein neuer Schlüssel funktioniert, bevor er verwendet wird; er wurde unbenutzt gelöscht
    }
did-revoked = Beim Dienst widerrufen
did-revoke_failed = Der Widerruf beim Dienst gelang nicht: { $reason }
did-revocation_given_up = Der Widerruf beim Dienst wurde nach vielen Versuchen aufgegeben; auf der Seite des Dienstes beenden.
did-revocation_forgotten = Der Widerruf ist von Hand zu erledigen; die Zugangsdaten wurden hier gelöscht
did-disconnected = Von diesem Computer entfernt
did-restored = Zurückgeholt
did-protection-recovery_code_shown = Ein neuer Wiederherstellungscode wurde angezeigt
did-protection-recovery_code_set = Ein Wiederherstellungscode öffnet ab jetzt den Tresor
did-protection-recovery_code_removed = Der Wiederherstellungscode wurde entfernt
did-protection-recovery_code_used = Der Tresor wurde mit dem Wiederherstellungscode geöffnet
did-protection-passphrase_set = Eine Passphrase öffnet ab jetzt den Tresor
did-protection-passphrase_removed = Die Passphrase wurde entfernt
did-protection-put_into_keyring = Der Schlüssel des Tresors wurde in den Schlüsselbund gelegt
did-protection-taken_from_keyring = Der Schlüssel des Tresors wurde aus dem Schlüsselbund entfernt
did-protection-master_key_changed = Der Hauptschlüssel wurde geändert
did-network-proxy = Der Proxy { $proxy } wird ab jetzt gefragt
did-network-no-proxy = Kein eigener Proxy wird mehr gefragt
did-network-authorities_trusted = Als Zertifizierungsstelle vertraut: { $names }
did-network-authorities_removed = Nur den Zertifizierungsstellen des Systems wird vertraut
did-odd_answer = Der Dienst hat eine merkwürdige Antwort gesendet: { $what }
did-unreadable = Dieser Eintrag ist nicht lesbar: Er wurde überschrieben, oder eine neuere Version von Storm Connect hat ihn geschrieben
did-reconnect-sign_in_left_behind = Ohne Anmeldung wiederhergestellt; hier einmal anmelden
did-exported-moved = In einen versiegelten Export geschrieben; die Anmeldung zog mit um
did-exported = In einen versiegelten Export geschrieben
did-export_withdrawn = Der Export wurde nicht geschrieben; die Anmeldung wird hier weiter verwendet
did-imported = Aus einem versiegelten Export wiederhergestellt
did-switched_on = Der Dienst nimmt sie hier an, daher eingeschaltet
did-taken_back = Die Anmeldung wurde zurückgeholt und wird hier wieder verwendet
