nav-views = Views
nav-integrations = Integrations
nav-health = Health
nav-activity = Activity
nav-settings = Settings
nav-needing =
    { $n ->
        [one] 1 integration needs you
       *[other] { $n } integrations need you
    }
nav-vault-opening = Opening the vault…
nav-vault-unlocked = Vault unlocked
nav-vault-locked = Vault locked
page-tab-overview = Overview
page-tab-credentials = Credentials
page-tab-activity = Activity
page-parts = Parts of this page
page-back = Back to the list
page-not-read = This page could not be read
page-gone-title = This integration is gone
page-gone = It was removed meanwhile. What happened to it is kept in the activity.
page-gone-activity = Show activity
integrations-reading = Reading your integrations…
integrations-not-read = The integrations could not be read
integrations-search-label = Search integrations
integrations-search = Search
integrations-run = Run a command ({ $keys })
integrations-add = Add integration
integrations-list = List
integrations-none = No integration fits
integrations-show-all = Show all
settings-vault = Vault
settings-protected-by = Protected by
settings-shown-once-open = Shown once it is open
settings-data-folder = Data folder
settings-version = Version
settings-licence = Licence
settings-licence-text = MIT or Apache-2.0, as you prefer
settings-groups = Parts of the settings
settings-general = General
settings-notifications = Notifications
settings-network = Network
settings-about = About
settings-connections = Connections
