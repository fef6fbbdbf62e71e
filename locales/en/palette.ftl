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
palette-diagnostics = Copy diagnostics
palette-words-diagnostics = help support report problem versions
palette-program-log = Show the program’s log
palette-words-program-log = debug trace errors lines
palette-settings-language = Settings: language
palette-settings-language-words = english german chinese deutsch translation
palette-settings-appearance = Settings: appearance
palette-settings-appearance-words = light dark theme mode colours
palette-settings-notifications = Settings: notifications
palette-settings-notifications-words = quiet hours remind tell
palette-settings-about = Settings: about Storm Connect
palette-settings-about-words = version licence
palette-settings-refreshing = Settings: refreshing
palette-settings-refreshing-words = token margin early keep alive renew
palette-settings-verification = Settings: verification
palette-settings-verification-words = schedule daily weekly check
