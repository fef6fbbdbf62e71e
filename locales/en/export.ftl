carries-key = Key
carries-key_file = Key file
carries-client = App registration
carries-sign_in = Sign-in
carries-settings = Settings; one signs in again
keep-title = Back up and restore
keep-export-title = A sealed file of integrations
keep-export = For another computer, or to keep apart. It opens with a passphrase, until a day you choose.
keep-export-open = Export…
keep-restore-open = Restore…
keep-copies-title = Copies of the whole vault
keep-copies = Made every hour while Storm Connect runs; the last five lie in { $part }. On another computer such a copy opens with your recovery code.
export-title = Export integrations
export-written-title = The export is written
export-holds =
    { $file } holds { $n ->
        [one] one integration
       *[other] { $n } integrations
    }
export-opens-until = It opens with its passphrase until { $until }. Nobody can recover the passphrase for you.
export-moved-title =
    { $n ->
        [one] One sign-in has moved into it
       *[other] { $n } sign-ins have moved into it
    }
export-moved = They are not refreshed here any more. Restore the file on one computer only, soon, and delete it then.
export-how-to-restore = To restore it, drop the file on Storm Connect on the other computer, or choose it under Settings, Back up and restore.
export-nothing-written = No place was chosen, so nothing was written. Enter the passphrase again to go on.
export-contents = What goes into the file
export-left-out = Left out.
export-sign-ins = Sign-ins (OAuth)
export-leave-title = Leave them here
export-leave = The file brings settings and app registrations; you sign in once on the other computer. Both work.
export-move-title = Move them to another computer
export-move = They stop here when the file is written. A sign-in that two computers refresh would end on both.
export-keys = Keys and key files are copied, and work in both places. Replacing one here ends the copy.
export-term = Can be opened for
export-days =
    { $days ->
        [365] a year
        [one] 1 day
       *[other] { $days } days
    }
export-passphrase = Passphrase of the file
export-passphrase-help = At least { $n } characters. Tell it to nobody by the way the file goes.
export-save = Save…
export-move-and-save = Move and save…
hold-unproved-title = Restored, and not switched on yet
hold-unproved = { $service } has not accepted it here. Verify it to switch it on.
hold-verify = Verify and switch on
hold-asking-title = Was the exported file restored nowhere?
hold-asking = If another computer uses this sign-in, taking it back can end it on both. Then sign in again here instead, which gives this computer one of its own.
hold-leave = Leave it there
hold-sign-in-again = Sign in again
hold-take-back = Take it back
hold-taken-back = { $name } is used here again
hold-moved-title = Its sign-in has moved to another computer
hold-moved = It is not refreshed or lent here any more, so that it does not end there. Everything else is kept.
hold-use-here = Use it here again…
restore-title = Restore from an export
restore-title-done = Restored
restore-file = { $file } · made { $when }, opens until { $until }
restore-first = What is in it is shown first. Nothing is added before you choose.
restore-passphrase-help = The one that was chosen when it was made.
restore-contents = What is in the file
restore-sign-ins = Sign-ins that have moved into this file
restore-take-over-title = Take them over
restore-take-over = They are refreshed here from now on, and nowhere else.
restore-again-title = Sign in again
restore-again = Choose this if the file was restored on another computer before: a sign-in in two places ends in both.
restore-each = Each is stored, verified at its service, and switched on once that accepts it. Lending stays off until you allow it.
restore-go =
    Restore { $n ->
        [one] one integration
       *[other] { $n } integrations
    }
restore-progress = Restoring { $at } of { $all }…
restore-all-title =
    Restored { $n ->
        [one] one integration
       *[other] { $n } integrations
    }
restore-all = All of them work here. Delete the file now; whoever has it and its passphrase has their keys.
restore-some-title = Switched on { $n } of { $all }
restore-some = The others say what is missing. What was stored is in the list, and can be verified from there.
restore-results = How it went
restore-stop = Stop after this one
restore-left-out = Left out
arrival-another = { $brings }. Another one of its account is here: { $name }
arrival-here = Here already as { $name }; choose it to add a second one
arrival-here-as = Here already as { $name }
arrival-taken-back = Moved away from here; its sign-in is taken back to { $name }
arrival-on = Verified and switched on
arrival-off = Stored, and not switched on.
arrival-sign-in = Stored. Sign in once to use it
