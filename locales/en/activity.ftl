activity-search-label = Search the activity
activity-search = Search
activity-integration = Integration
activity-all-integrations = All integrations
activity-time = Time
activity-period-all = All time
activity-period-today = Today
activity-period-week = Last 7 days
activity-period-month = Last 30 days
activity-topic = Kind
activity-everything = Everything
activity-topic-sign_in = Sign-ins
activity-topic-refresh = Refreshes
activity-topic-verification = Verifications
activity-topic-rotation = Rotations
activity-topic-lending = Lent to tools
activity-topic-removal = Removals
activity-topic-trouble = Trouble
activity-topic-settings = Settings
activity-saved = { $name } was saved
activity-saved-text =
    { $n ->
        [one] { $n } entry, as the filter shows them.
       *[other] { $n } entries, as the filter shows them.
    }
activity-shown =
    { $n ->
        [one] { $n } entry
       *[other] { $n } entries
    }
activity-shown-more = { $n } and more entries
activity-reading = Reading the log…
activity-none-fits = Nothing in the log fits.
activity-show-everything = Show everything
activity-none = Nothing has happened yet.
activity-none-text = Sign-ins, refreshes, rotations and what is lent to your tools are written down here. No key or token ever is.
activity-not-read = The log could not be read
activity-show-older = Show older
activity-end-fits = That is all that fits.
activity-end = That is all of it.
activity-save-csv = Save as CSV…
activity-save-json = Save as JSON…
log-checking = Checking that nobody changed the log…
log-intact = Intact:
log-intact-checked =
    { $n ->
        [one] { $n } entry, checked { $part }
       *[other] { $n } entries, checked { $part }
    }
log-check-again = Check again
log-broken-title = The log was changed outside of Storm Connect
log-broken = Entry { $n } does not follow from those before it: something that can write in your data folder changed, removed or put in an entry. What comes before it is as it was written; do not rely on the log from there on. Your credentials are sealed apart from it. Find out what wrote there; the copies in the folder “backups” may hold the log as it was.
log-not-checked = The log could not be checked
did-added = Added
did-connected-as = Connected as { $account }
did-connected = Connected
did-authorization_failed = Authorizing ended without a sign-in: { $reason }
did-refreshed = The token was refreshed
did-refresh_postponed = Refreshing did not work for now.
did-reconnect-grant_refused = The service ended the connection; it needs to be reconnected
did-reconnect-interaction_required = The service wants a new sign-in
did-reconnect-refresh_interrupted = A refresh was interrupted; it needs to be reconnected
did-reconnect-access_token_ended = The access ended; it needs to be reconnected
did-reconnect-key_refused = The service refused the key; it needs to be replaced
did-reconnect-record_damaged = Its record in the vault is damaged; it needs to be connected again
did-refresh_recovered = The answer of an interrupted refresh was found and used
did-verified-works-as = Verified: works as { $account }
did-verified-works = Verified: works
did-verified-works_without = Verified: works.
did-verified-refused = Verified: refused.
did-verified-could_not_reach = Verified: could not be reached.
did-renamed = Renamed from { $name }
did-paused = Paused
did-resumed = Resumed
did-lending-on = Lending to other tools was switched on
did-lending-off = Lending to other tools was switched off
did-lent = Access was lent to { $consumer }
did-rotated-minted =
    { $noun ->
        [secret] The service made a new client secret, which was saved beside the old one
       *[other] The service made a new key, which was saved beside the old one
    }
did-rotated-staged =
    { $noun ->
        [secret] A new client secret was saved beside the old one
       *[other] A new key was saved beside the old one
    }
did-rotated-verified =
    { $noun ->
        [secret] The new client secret works
       *[other] The new key works
    }
did-rotated-switched =
    { $noun ->
        [secret] Switched to the new client secret
       *[other] Switched to the new key
    }
did-rotated-went_back =
    { $noun ->
        [secret] The service refused the new client secret, so the old one is in use again
       *[other] The service refused the new key, so the old one is in use again
    }
did-rotated-deactivated =
    { $noun ->
        [secret] The old client secret was switched off, and can be switched on again
       *[other] The old key was switched off, and can be switched on again
    }
did-rotated-revoked =
    { $noun ->
        [secret] The old client secret was turned off
       *[other] The old key was turned off
    }
did-rotated-proved_dead =
    { $noun ->
        [secret] The service refuses the old client secret
       *[other] The service refuses the old key
    }
did-rotation-undone = The rotation was undone
did-rotated-rehearsed =
    { $noun ->
        [secret] A rotation was rehearsed: the new client secret was tried and deleted again
       *[other] A rotation was rehearsed: the new key was tried and deleted again
    }
did-rotated-untold =
    { $noun ->
        [secret] A rotation could not be rehearsed: the service does not tell whether a new client secret works before it is used, so it was deleted unused
       *[other] A rotation could not be rehearsed: the service does not tell whether a new key works before it is used, so it was deleted unused
    }
did-revoked = Revoked at the service
did-revoke_failed = Revoking at the service did not work: { $reason }
did-revocation_given_up = Revoking at the service was given up after many tries; end it on the service's page.
did-revocation_forgotten = Revoking was left to you; the credential was erased here
did-disconnected = Removed from this computer
did-restored = Brought back
did-protection-recovery_code_shown = A new recovery code was shown
did-protection-recovery_code_set = A recovery code opens the vault from now on
did-protection-recovery_code_removed = The recovery code was removed
did-protection-recovery_code_used = The vault was opened with the recovery code
did-protection-passphrase_set = A passphrase opens the vault from now on
did-protection-passphrase_removed = The passphrase was removed
did-protection-put_into_keyring = The vault’s key was put into the keyring
did-protection-taken_from_keyring = The vault’s key was taken out of the keyring
did-protection-master_key_changed = The master key was changed
did-network-proxy = The proxy { $proxy } is asked from now on
did-network-no-proxy = No proxy of your own is asked any more
did-network-authorities_trusted = The certificate authority { $names } is trusted
did-network-authorities_removed = Only the system’s certificate authorities are trusted
did-odd_answer = The service sent an odd answer: { $what }
did-unreadable = This entry cannot be read: it was written over, or a newer version of Storm Connect wrote it
did-reconnect-sign_in_left_behind = It was restored without its sign-in; it needs one sign-in here
did-exported-moved = Written into a sealed export; its sign-in moved with it
did-exported = Written into a sealed export
did-export_withdrawn = The export was not written, so its sign-in is used here as before
did-imported = Restored from a sealed export
did-switched_on = Its service accepts it here, so it was switched on
did-taken_back = Its sign-in was taken back and is used here again
