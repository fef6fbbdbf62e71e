palette-field = Command or integration
palette-list = Commands and integrations
palette-none = Nothing of that kind. Try a service, an account or a word such as “reconnect”.
palette-results =
    { $n ->
        [one] 1 result
       *[other] { $n } results
    }
palette-settings-vault = Settings: ways into the vault
palette-settings-vault-words = keyring passphrase recovery code
palette-settings-master_key = Settings: master key
palette-settings-master_key-words = change rotate encryption
palette-settings-network = Settings: network
palette-settings-network-words = proxy certificate authority test
palette-words-add = new connect
palette-words-keys = keys help
palette-show-all = Show all integrations
palette-words-clear = filter clear
palette-show-only = Show only: { $what }
palette-words-filter = filter
palette-words-label = filter label
palette-sort = Sort: { $order }
palette-words-order = order
palette-words-connect = add new integration
palette-settings-backup = Settings: back up and restore
palette-settings-backup-words = export import copy backup
palette-export = Export integrations
palette-words-export = backup move copy computer sealed file
palette-restore = Restore from an export
palette-words-restore = import backup sealed file
palette-import = Import from other tools
palette-words-import = env aws gh docker netrc postman insomnia bruno 1password bitwarden scan find
palette-words-paste = paste clipboard key token connect
