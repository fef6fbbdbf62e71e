rotation-start-secret = Client-Secret rotieren
rotation-start-key = Schlüssel rotieren
rotation-now-secret = Client-Secret wird rotiert
rotation-now-key = Schlüssel wird rotiert
rotation-done-secret = Das Client-Secret wurde rotiert
rotation-done-key = Der Schlüssel wurde rotiert
rotation-rehearse-title = Rotation proben
rotation-rehearsed = Die Rotation wurde geprobt
rotation-not-rehearsed = Die Rotation ließ sich nicht proben
rotation-rehearsing = Rotation wird geprobt
rotation-going-back = Zurück zum alten Schlüssel
rotation-resumes = läuft nach einem Neustart von selbst weiter
rotation-rehearse = Proben
rotation-again = Erneut rotieren
rotation-rotate = Rotieren
rotation-shared =
    { $n ->
        [one] { $names } verwendet dieselbe App-Registrierung und wechselt zusammen mit dieser Integration.
       *[other] { $names } verwenden dieselbe App-Registrierung und wechseln zusammen mit dieser Integration.
    }
rotation-line-done = , erledigt
rotation-rehearsal-over = Die Probe ist abgeschlossen.
rotation-over = Die Rotation ist abgeschlossen.
rotation-explained-secret = Das neue Secret wird neben dem alten gespeichert, ohne Eingriff in die Anmeldung ausprobiert und erst dann verwendet. Das alte gilt, bis es bei { $service } abgeschaltet wird; bis dahin lässt sich alles rückgängig machen. Proben ist dasselbe ohne den Wechsel: Das neue wird ausprobiert und wieder gelöscht.
rotation-explained-key = Der neue Schlüssel wird neben dem alten gespeichert, ausprobiert und erst dann verwendet. Der alte gilt, bis er abgeschaltet wird; bis dahin lässt sich alles rückgängig machen. Proben ist dasselbe ohne den Wechsel: Der neue wird ausprobiert, verglichen und wieder gelöscht.
rotation-explained-certificate = Das nächste Zertifikat wird neben dem alten gespeichert, ausprobiert und erst dann verwendet; bis das alte hier gelöscht wird, lässt sich alles rückgängig machen. Bei { $service } gilt es bis zu seinem Ende. Proben ist dasselbe ohne den Wechsel.
rotation-lent = Zuletzt verliehen an { $part }. Ab dem Wechsel wird der neue verliehen. Wo der alte von Hand eingetragen wurde, den neuen selbst eintragen.
rotation-lent-drill = Zuletzt verliehen an { $part }. Sie bemerken davon nichts.
rotation-borrower = { $tool } ({ $when })
rotation-mint-drill =
    { $service } erstellt { $noun ->
        [file] eine neue Schlüsseldatei
        [secret] ein neues Client-Secret
       *[other] einen neuen Schlüssel
    }; das Neue wird ausprobiert, mit dem Bisherigen verglichen und wieder gelöscht.
rotation-mint-explained =
    { $service } erstellt { $noun ->
        [file] eine neue Schlüsseldatei
        [secret] ein neues Client-Secret
       *[other] einen neuen Schlüssel
    }. Nach dem Ausprobieren wird gewechselt; dann wird das Alte abgeschaltet und etwas später gelöscht. Bis dahin lässt sich alles rückgängig machen.
rotation-mint-rehearse = Mit einem neuen Schlüssel proben
rotation-mint = Neuen Schlüssel erstellen lassen
rotation-or-bring = oder selbst einen mitbringen
rotation-make-new = Bei { $service } { $noun ->
        [file] eine neue Schlüsseldatei erstellen und die alte
        [secret] ein neues Client-Secret erstellen und das alte
       *[other] einen neuen Schlüssel erstellen und den alten
    } unverändert lassen.
rotation-open-apps = Seite mit den Apps öffnen
rotation-new-secret = Neues Client-Secret
rotation-new-secret-help = Auch ein privater Schlüssel als PEM, wenn sich die App damit ausweist.
rotation-new-key = Neuer Schlüssel
rotation-try-and-delete = Ausprobieren und löschen
rotation-save-beside = Neben dem alten speichern
hint-damaged = beschädigt
hint-private-key = ein privater Schlüssel
hint-tokens = Tokens, die sich erneuern
hint-access-token = ein Zugriffstoken
hint-new-key = der neue Schlüssel
step-have-made = { $service } einen neuen Schlüssel erstellen lassen
step-asking = Wird angefragt …
step-made-unknown-title = Ob { $service } einen neuen Schlüssel erstellt hat, ist nicht bekannt
step-made-unknown = Falls ja, löscht ihn der nächste Versuch dort zuerst.
step-made-by =
    { $noun ->
        [secret] Neues Secret von { $service } erstellt, neben dem alten gespeichert
       *[other] Neuer Schlüssel von { $service } erstellt, neben dem alten gespeichert
    }
step-saved =
    { $noun ->
        [secret] Neues Secret neben dem alten gespeichert
       *[other] Neuer Schlüssel neben dem alten gespeichert
    }
step-delete-new =
    { $noun ->
        [secret] Neues Secret löschen
       *[other] Neuen Schlüssel löschen
    }
step-leave = Bei { $service } belassen
step-delete-by-page = { $hint } auf der Seite von { $service } löschen und dann hier bestätigen.
step-i-deleted = Gelöscht
step-open-page-again = Seite erneut öffnen
step-asking-delete = { $service } wird gebeten, { $hint } zu löschen …
step-not-deleted = { $service } hat den neuen Schlüssel nicht gelöscht
step-old-in-use =
    { $noun ->
        [secret] Das alte Secret ist wie bisher in Gebrauch.
       *[other] Der alte Schlüssel ist wie bisher in Gebrauch.
    }
step-new-deleted =
    { $noun ->
        [secret] Neues Secret gelöscht
       *[other] Neuer Schlüssel gelöscht
    }
step-old-stays =
    { $noun ->
        [secret] Das alte Secret bleibt durchgehend in Gebrauch.
       *[other] Der alte Schlüssel bleibt durchgehend in Gebrauch.
    }
step-new-left =
    { $noun ->
        [secret] Neues Secret belassen
       *[other] Neuer Schlüssel belassen
    }
step-new-unused =
    { $noun ->
        [secret] Neues Secret nicht verwendet
       *[other] Neuer Schlüssel nicht verwendet
    }
step-deleted-here = Hier gelöscht. Bei { $service } weiterhin gültig, bis es dort gelöscht wird.
step-new-unproved =
    { $noun ->
        [secret] Neues Secret nicht nachweislich ungültig
       *[other] Neuer Schlüssel nicht nachweislich ungültig
    }
step-not-told-whether = Ob { $service } ablehnt, wurde nicht festgestellt.
step-new-dead =
    { $noun ->
        [secret] Neues Secret nachweislich ungültig
       *[other] Neuer Schlüssel nachweislich ungültig
    }
step-refuses-it = Von { $service } abgelehnt.
step-erase-new = Das neue hier löschen
step-erase-old = Das alte hier löschen
step-erase-here = Hier löschen
step-works-to-its-end = { $service } kann ein Zertifikat nicht zurücknehmen: Dort gilt es bis zu seinem Ende. Hier wird es gelöscht, damit es niemand von diesem Computer nimmt.
step-prove-new =
    { $noun ->
        [secret] Nachweisen, dass das neue Secret ungültig ist
       *[other] Nachweisen, dass der neue Schlüssel ungültig ist
    }
step-until-refused = Wird ausprobiert, bis { $service } ablehnt.
step-still-accepted =
    { $n ->
        [one] Von { $service } noch einmal akzeptiert.
       *[other] Von { $service } noch { $n }-mal akzeptiert.
    }
step-do-not-wait = Nicht warten
step-tried-once-more = Noch ein Versuch; { $service } muss ihn ablehnen.
drill-failed =
    { $noun ->
        [secret] Das neue Secret wurde nicht akzeptiert; eine Rotation damit hätte hier geendet. Das alte war durchgehend in Gebrauch.
       *[other] Der neue Schlüssel funktionierte nicht; eine Rotation damit hätte hier geendet. Der alte war durchgehend in Gebrauch.
    }
drill-untold = { $service } sagt nicht, ob ein Client-Secret funktioniert, bevor eine Anmeldung damit erneuert wird. Deshalb wurde das neue weder ausprobiert noch verwendet und ist hier gelöscht. Das alte war durchgehend in Gebrauch.
drill-untold-means = Eine Rotation ließe die nächste Erneuerung das neue Secret ausprobieren und nähme bei einer Ablehnung weiter das alte: Keine Anmeldung ist in Gefahr, aber vorher lässt sich nichts wissen. Ohne anschließende Rotation das neue Secret bei { $service } löschen.
drill-worked-secret = Das neue Secret wurde akzeptiert, ohne Eingriff in die Anmeldung.
drill-less = Er darf weniger: { $limit }
drill-same-rights = Er darf dasselbe.
drill-worked-same = Der neue Schlüssel funktionierte, als dasselbe Konto.
drill-would-go-through = Eine Rotation würde gelingen.
drill-worked-unknown = Der neue Schlüssel funktionierte; wem er gehört, sagt der Dienst nicht.
drill-would-ask = Eine Rotation würde vor dem Wechsel nachfragen.
drill-worked-different = Der neue Schlüssel funktionierte, gehört aber zu { $new } und der alte zu { $old }.
step-hint = { $hint }.
step-secret-still-used = Das alte Secret ist noch in Gebrauch.
step-key-still-used = Die Tools verwenden noch den alten Schlüssel.
step-try =
    { $noun ->
        [secret] Neues Secret ausprobieren
       *[other] Neuen Schlüssel ausprobieren
    }
step-asking-works = { $service } wird gefragt, ob es funktioniert …
step-works-same = Neuer Schlüssel funktioniert, als dasselbe Konto
step-works =
    { $noun ->
        [secret] Neues Secret funktioniert
       *[other] Neuer Schlüssel funktioniert
    }
step-whose-unknown = { $service } nennt das Konto nicht.
step-works-other = Neuer Schlüssel funktioniert, als anderes Konto
step-belong = Der alte Schlüssel gehört zu { $old }, der neue zu { $new }.
step-accepted = { $service } hat es akzeptiert.
step-secret-refused = { $service } hat das Secret abgelehnt
step-answered = Die Antwort: { $reason }.
step-not-told = { $service } sagt nicht, ob es funktioniert
step-only-refresh-tells = Das würde erst eine Erneuerung damit zeigen; eine Probe verwendet es nicht.
step-given-up =
    { $noun ->
        [secret] Neues Secret aufgegeben
       *[other] Neuer Schlüssel aufgegeben
    }
step-not-accepted = Von { $service } bis dahin nicht akzeptiert.
step-secret-unknown = Ob das neue Secret funktioniert, ist noch nicht bekannt
step-switch-to =
    { $noun ->
        [secret] Zum neuen Secret wechseln
       *[other] Zum neuen Schlüssel wechseln
    }
step-switched = Gewechselt
step-every-integration = Jede Integration dieser App-Registrierung verwendet ab dann das neue Secret.
step-switch = Wechseln
step-tools-now = Die Tools erhalten ab jetzt den neuen Schlüssel.
step-tools-then = Die Tools erhalten ab dann den neuen Schlüssel.
step-check-account = Bei { $service } prüfen, ob er zum richtigen Konto gehört.
step-switch-other = Zu einem anderen Konto wechseln?
step-would-see = Die Tools würden die Daten von { $account } sehen. Ist das nicht gewollt, rückgängig machen.
step-switch-anyway = Trotzdem wechseln
hint-old-secret = das alte Secret ({ $hint })
step-turn-off =
    { $noun ->
        [secret] Altes Secret abschalten
       *[other] Alten Schlüssel abschalten
    }
step-not-turned-off =
    { $noun ->
        [secret] { $service } hat das alte Secret nicht abgeschaltet
       *[other] { $service } hat den alten Schlüssel nicht abgeschaltet
    }
step-until-then-works = Bis dahin ist dort noch gültig: { $old }.
step-i-turned-off-myself = Selbst abgeschaltet
step-switch-off =
    { $noun ->
        [secret] Altes Secret deaktivieren
       *[other] Alten Schlüssel deaktivieren
    }
step-asking-refuse = Sobald alle fertig sind, denen etwas verliehen wurde, wird { $service } gebeten, Folgendes abzulehnen: { $old }. Gelöscht wird später; bis dahin holt „Rückgängig“ alles zurück.
step-refuses-now = { $service } lehnt jetzt ab: { $old }.
step-not-yet-refuses = { $service } lehnt noch nicht ab: { $old }.
step-switched-off =
    { $noun ->
        [secret] Altes Secret deaktiviert
       *[other] Alter Schlüssel deaktiviert
    }
step-deleted-in-a-moment = Gleich wird endgültig gelöscht; bis dahin holt „Rückgängig“ alles zurück.
step-delete-now = Jetzt löschen
step-then-asked = Dann wird { $service } um die Abschaltung gebeten.
step-then-page = Dann öffnet sich die Seite von { $service } zum Abschalten.
step-waiting-title = Warten auf Tools, die den alten Schlüssel noch verwenden könnten
step-waiting = Wem bis zum Wechsel { $old } verliehen wurde, hat einen Moment zum Fertigwerden.
step-asking-turn-off = { $service } wird gebeten abzuschalten: { $old } …
step-i-turned-off = Abgeschaltet
step-by-api = Storm Connect schaltet bei { $service } ab: { $old }. Bis dahin holt „Rückgängig“ alles zurück.
step-by-page = { $old } lässt sich bei { $service } nur von Hand löschen; die Seite öffnet sich. Bis dahin holt „Rückgängig“ alles zurück.
step-open-page = Seite von { $service } öffnen
step-undo-until = Bis dahin holt „Rückgängig“ alles zurück.
step-turned-off =
    { $noun ->
        [secret] Altes Secret abgeschaltet
       *[other] Alter Schlüssel abgeschaltet
    }
step-confirmed = { $service } hat es bestätigt.
step-you-turned-off = Von Hand abgeschaltet.
step-gone =
    { $noun ->
        [secret] Altes Secret weg
       *[other] Alter Schlüssel weg
    }
step-your-word = { $service } sagt nicht, ob abgelehnt wird; die eigene Angabe gilt.
step-dead =
    { $noun ->
        [secret] Altes Secret nachweislich ungültig
       *[other] Alter Schlüssel nachweislich ungültig
    }
step-prove =
    { $noun ->
        [secret] Nachweisen, dass das alte Secret ungültig ist
       *[other] Nachweisen, dass der alte Schlüssel ungültig ist
    }
