health-saved =
    { $n ->
        [one] Ein Termin wurde gespeichert
       *[other] { $n } Termine wurden gespeichert
    }
health-saved-text = { $name } mit dem Kalender öffnen. Später erneut gespeichert und geöffnet, sind die Termine wieder aktuell.
health-add-to-calendar = In den Kalender
health-not-read = Der Zustand konnte nicht gelesen werden
health-nothing-title = Noch gibt es nichts zu überwachen
health-nothing = Nach dem Verbinden eines Dienstes zeigt diese Seite, was jetzt und was bald zu tun ist.
health-looking = Alle Integrationen werden angesehen …
health-figure-needs = Handlung nötig
health-figure-troubled = einen Blick wert
health-figure-connected = verbunden
health-figure-paused = pausiert
health-by-state = Integrationen nach Zustand
health-not-connected = Nicht verbunden.
health-needs-title = Jetzt zu tun
health-needs-none = Im Moment ist nichts zu tun.
health-action-of = { $label }: { $name }
health-more = und { $more } weitere
row-refreshes = Erneuerung { $when }
row-select = { $name } auswählen
health-refreshes = Nächste Erneuerungen
health-refreshes-none = Kein Token muss erneuert werden.
health-now = jetzt
health-forecast = Was ansteht
health-how-far = Wie weit voraus
health-span = { $days } Tage
health-forecast-none = In den nächsten { $days } Tagen ist nichts zu tun
health-after-that =
    { $n ->
        [one] Danach steht innerhalb von 90 Tagen eines an.
       *[other] Danach steht innerhalb von 90 Tagen Folgendes an: { $n } Termine.
    }
health-renew-themselves = Tokens erneuern sich selbst, und kein bekannter Schlüssel, kein Zertifikat und keine Anmeldung läuft ab.
health-more-in-file = und { $more } weitere; die Kalenderdatei enthält alle
health-lapse = Anmeldungen, die bei Nichtgebrauch ablaufen, bleiben erhalten, solange Storm Connect läuft. Bliebe es ab heute geschlossen, liefe { $part } zuerst ab, etwa { $day }.
forecast-needs_you = jetzt zu tun
forecast-when-presumed = etwa { $when }
forecast-sign_in_ends =
    { $over ->
        [yes] Anmeldung abgelaufen { $when }
       *[other] Anmeldung endet { $when }
    }
forecast-sign_in_unused =
    { $over ->
        [yes] Anmeldung ungenutzt abgelaufen { $when }
       *[other] Anmeldung endet ungenutzt { $when }
    }
forecast-access_ends =
    { $over ->
        [yes] Zugriff abgelaufen { $when }
       *[other] Zugriff endet { $when }
    }
forecast-key_ends =
    { $method ->
        [service_account] Schlüsseldatei
       *[other] Schlüssel
    } { $over ->
        [yes] abgelaufen { $when }
       *[other] endet { $when }
    }
forecast-client_secret_ends =
    { $over ->
        [yes] Client-Secret abgelaufen { $when }
       *[other] Client-Secret endet { $when }
    }
forecast-client_secret_ends-several =
    { $over ->
        [yes] Client-Secret abgelaufen { $when }, für { $n } Integrationen
       *[other] Client-Secret endet { $when }, für { $n } Integrationen
    }
forecast-key_gets_old-over =
    { $method ->
        [service_account] Schlüsseldatei wie gewünscht ersetzen
       *[other] Schlüssel wie gewünscht ersetzen
    }
forecast-key_gets_old = eigene Erinnerung { $when }
