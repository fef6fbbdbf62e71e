palette-field = Befehl oder Integration
palette-list = Befehle und Integrationen
palette-none = Nichts dergleichen. Einen Dienst, ein Konto oder ein Wort wie „verbinden“ versuchen.
palette-results =
    { $n ->
        [one] 1 Treffer
       *[other] { $n } Treffer
    }
palette-settings-vault = Einstellungen: Wege in den Tresor
palette-settings-vault-words = Schlüsselbund Passphrase Wiederherstellungscode
palette-settings-master_key = Einstellungen: Hauptschlüssel
palette-settings-master_key-words = ändern rotieren Verschlüsselung
palette-settings-network = Einstellungen: Netzwerk
palette-settings-network-words = Proxy Zertifizierungsstelle Test
palette-words-add = neu verbinden
palette-words-keys = Tasten Hilfe
palette-show-all = Alle Integrationen anzeigen
palette-words-clear = Filter zurücksetzen
palette-show-only = Nur anzeigen: { $what }
palette-words-filter = Filter
palette-words-label = Filter Label
palette-sort = Sortieren: { $order }
palette-words-order = Reihenfolge
palette-words-connect = hinzufügen neue Integration
palette-settings-backup = Einstellungen: Sichern und Wiederherstellen
palette-settings-backup-words = Export Import Kopie Sicherung
palette-export = Integrationen exportieren
palette-words-export = Sicherung Umzug Kopie Computer versiegelte Datei
palette-restore = Aus einem Export wiederherstellen
palette-words-restore = Import Sicherung versiegelte Datei
palette-import = Aus anderen Tools importieren
palette-words-import = env aws gh docker netrc postman insomnia bruno 1password bitwarden suchen finden
palette-words-paste = einfügen zwischenablage schlüssel token verbinden
