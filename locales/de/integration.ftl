attention-registration-title = { $service } lehnt die App-Registrierung ab
attention-registration = Alles Eingerichtete bleibt erhalten; Client-ID und Client-Secret mit dem Dienst vergleichen und erneut speichern.
attention-no-access = { $service } hat noch keinen Zugriff erteilt.
attention-later = Später
generation-staged = Neu, noch nicht in Gebrauch
generation-active = In Gebrauch
generation-superseded = Ersetzt, noch gültig
generation-retired = Abgeschaltet
generation-damaged = Beschädigt, nicht lesbar
generation-private-key = Privater Schlüssel
generation-tokens = Tokens, die sich erneuern
generation-access-token = Ein Zugriffstoken, das sich nicht erneuert
generations-title = Zugangsdaten
generations-credential = Zugangsdaten
generations-where = Stand
generations-since = Seit
generation-saved = gespeichert { $when }
generations-none = Hier sind keine gespeichert.
labels-still-there = Das Label ist noch da
labels-title = Labels
lending-title = An andere Tools verleihen
lending-access_token = Tools auf diesem Computer dürfen Storm Connect nach einem kurzlebigen Zugriffstoken fragen; jedes Verleihen wird protokolliert.
lending-key = Tools auf diesem Computer dürfen Storm Connect nach diesem Schlüssel fragen; jedes Verleihen wird protokolliert.
lending-access_key = Tools auf diesem Computer dürfen Storm Connect nach diesem Schlüssel und seiner ID fragen; jedes Verleihen wird protokolliert.
lending-session_key = Tools auf diesem Computer dürfen Storm Connect nach einem daraus erzeugten Schlüssel fragen, der binnen einer Stunde abläuft; jedes Verleihen wird protokolliert.
lending-nothing = Der Nachweis ist ein Zertifikat, dessen privater Schlüssel in Storm Connect bleibt: Wer ihn hat, kann bis zum Ende des Zertifikats als dessen Inhaber handeln, und etwas Kurzlebiges lässt sich daraus nicht erzeugen. Für andere Tools eignet sich ein Token eines Dienstkontos.
lending-none-title = Wird nicht an andere Tools verliehen
lending-aws = AWS-Tools fragen von selbst, mit dieser Zeile in einem Profil von ~/.aws/config:
overview-connection = Verbindung
overview-account = Konto
overview-account-unknown = nicht bekannt
overview-host = Host
overview-added = Hinzugefügt
overview-token = Token
overview-verification = Prüfung
overview-next-refresh = Nächste Erneuerung
overview-none-planned = keine geplant
overview-last-refreshed = Zuletzt erneuert
overview-access-ends = Zugriffstoken endet
overview-last-verified = Zuletzt geprüft
page-open-keys = Schlüsselseite öffnen
page-open-apps = Seite der Apps öffnen
page-open-docs = Anleitung des Dienstes öffnen
page-more-actions = Weitere Aktionen
refreshes-title = Erneuerungen
refreshes-none = Noch keine. Die erste kommt vor dem Ablauf des Tokens.
refreshes-each = Im Einzelnen
refreshes-caption = Erneuerungen, neueste zuerst
refreshes-when = Wann
refreshes-outcome = Ergebnis
refreshes-took = Dauer beim Dienst
refresh-refreshed = Erneuert
refresh-recovered = Gerettet
refresh-recovered-detail = Aus der Antwort einer unterbrochenen Erneuerung.
refresh-postponed = Aufgeschoben
refresh-refused = Beendet
refresh-refused-detail = Da half nur eigenes Eingreifen.
refresh-took = { $seconds } s
refresh-bar = { $when }: { $outcome }
refresh-bar-took = { $when }: { $outcome } in { $took }
refreshes-since =
    { $n ->
        [one] { $n } Erneuerung seit { $when }
       *[other] { $n } Erneuerungen seit { $when }
    }
refreshes-failed = { $n } ohne Erfolg
refreshes-usually = meist { $took }
registration-saved = Die App-Registrierung wurde gespeichert
registration-secret-kept-rotate = Eines ist gespeichert; zum Beibehalten leer lassen. Ein noch gültiges besser rotieren statt ersetzen.
registration-secret-only-short = Nur, wenn der Dienst eines ausgegeben hat.
registration-shared = Von { $n } Integrationen verwendet; die Änderung gilt für alle.
registration-kept-encrypted = verschlüsselt gespeichert
registration-none = keines
registration-it-ends = Läuft ab
registration-used-by-title = Verwendet von
replacement-not-by-age = nicht nach Alter
replacement-days = { $n } Tage nach dem Speichern
replacement-title = Alter und Ablauf
replacement-in-use-since = In Gebrauch seit
replacement-last-lent = Zuletzt verliehen
replacement-lent-to = { $when } an { $tool }
replacement-never-lent = nie, soweit das Aktivitätsprotokoll zurückreicht
replacement-reminder = Erinnerung
replacement-due-now = jetzt fällig
replacement-remind-me = Erinnern
replacement-ends-on = Läuft ab am
replacement-ends-help = Falls der Dienst ein Ende festgelegt hat. Die Erinnerung kommt zwei Wochen vorher.
scopes-title = Scopes
scopes-without =
    { $n ->
        [one] Funktioniert, aber ein angefragter Scope fehlt.
       *[other] Funktioniert, aber { $n } angefragte Scopes fehlen.
    }
scopes-scope = Scope
scopes-asked = Angefragt
scopes-granted = Erteilt
scopes-yes = ja
scopes-no = nein
scopes-missing = fehlt
scopes-more = Weitere Scopes
scopes-more-hint = zusätzlich zu den obigen angefragt
scopes-ask-missing =
    { $n ->
        [one] Fehlenden anfragen
       *[other] Fehlende anfragen
    }
scopes-ask-more = Weitere Scopes anfragen …
