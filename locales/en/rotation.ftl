rotation-start-secret = Rotate client secret
rotation-start-key = Rotate the key
rotation-now-secret = Rotating the client secret
rotation-now-key = Rotating the key
rotation-done-secret = The client secret was rotated
rotation-done-key = The key was rotated
rotation-rehearse-title = Rehearse a rotation
rotation-rehearsed = The rotation was rehearsed
rotation-not-rehearsed = The rotation could not be rehearsed
rotation-rehearsing = Rehearsing a rotation
rotation-going-back = Going back to the old key
rotation-resumes = resumes by itself after a restart
rotation-rehearse = Rehearse
rotation-again = Rotate again
rotation-rotate = Rotate
rotation-shared =
    { $n ->
        [one] { $names } uses the same app registration, and switches together with this one.
       *[other] { $names } use the same app registration, and switch together with this one.
    }
rotation-line-done = , done
rotation-rehearsal-over = The rehearsal is done.
rotation-over = The rotation is done.
rotation-explained-secret = The new secret is saved beside the old one, tried without touching your sign-in, and only then used. The old one works until you turn it off at { $service }, and you can undo until then. To rehearse is the same without the switch: the new one is tried and deleted again.
rotation-explained-key = The new key is saved beside the old one, tried, and only then used. The old one works until you turn it off, and you can undo until then. To rehearse is the same without the switch: the new one is tried, compared and deleted again.
rotation-explained-certificate = The next certificate is saved beside the old one, tried, and only then used; you can undo until you erase the old one here. At { $service } that works until it ends. To rehearse is the same without the switch.
rotation-lent = Lately lent to { $part }. They are lent the new one from the switch on. Where you copied the old one by hand, put the new one yourself.
rotation-lent-drill = Lately lent to { $part }. They notice nothing.
rotation-borrower = { $tool } ({ $when })
rotation-mint-drill =
    { $service } makes a new { $noun ->
        [file] key file
        [secret] client secret
       *[other] key
    }, which is tried, compared with the one in use, and deleted again.
rotation-mint-explained =
    { $service } makes a new { $noun ->
        [file] key file
        [secret] client secret
       *[other] key
    }. It is tried and switched to; then the old one is switched off, and deleted a little later. You can undo until it is deleted.
rotation-mint-rehearse = Rehearse with a new key
rotation-mint = Create the new key for me
rotation-or-bring = or bring one yourself
rotation-make-new = Make a new { $noun ->
        [file] key file
        [secret] client secret
       *[other] key
    } at { $service }, and leave the old one as it is.
rotation-open-apps = Open the page with your apps
rotation-new-secret = New client secret
rotation-new-secret-help = A private key in PEM, too, where the app proves itself with one.
rotation-new-key = New key
rotation-try-and-delete = Try it and delete it
rotation-save-beside = Save beside the old one
hint-damaged = damaged
hint-private-key = a private key
hint-tokens = tokens that renew
hint-access-token = an access token
hint-new-key = the new key
step-have-made = Have { $service } make a new key
step-asking = Asking for it…
step-made-unknown-title = It is not known whether { $service } made a new key
step-made-unknown = The next try deletes it there first, if it did.
step-made-by =
    { $noun ->
        [secret] New secret made by { $service }, saved beside the old one
       *[other] New key made by { $service }, saved beside the old one
    }
step-saved =
    { $noun ->
        [secret] New secret saved beside the old one
       *[other] New key saved beside the old one
    }
step-delete-new =
    { $noun ->
        [secret] Delete the new secret
       *[other] Delete the new key
    }
step-leave = Leave it at { $service }
step-delete-by-page = Delete { $hint } on the page of { $service }, then say so here.
step-i-deleted = I deleted it
step-open-page-again = Open the page again
step-asking-delete = Asking { $service } to delete { $hint }…
step-not-deleted = { $service } did not delete the new key
step-old-in-use =
    { $noun ->
        [secret] The old secret is in use, as before.
       *[other] The old key is in use, as before.
    }
step-new-deleted =
    { $noun ->
        [secret] New secret deleted
       *[other] New key deleted
    }
step-old-stays =
    { $noun ->
        [secret] The old secret stays in use throughout.
       *[other] The old key stays in use throughout.
    }
step-new-left =
    { $noun ->
        [secret] New secret left as it is
       *[other] New key left as it is
    }
step-new-unused =
    { $noun ->
        [secret] New secret not used
       *[other] New key not used
    }
step-deleted-here = It is erased here. At { $service } it works until you delete it there.
step-new-unproved =
    { $noun ->
        [secret] New secret not proved dead
       *[other] New key not proved dead
    }
step-not-told-whether = Whether { $service } refuses it was not found out.
step-new-dead =
    { $noun ->
        [secret] New secret proved dead
       *[other] New key proved dead
    }
step-refuses-it = { $service } refuses it.
step-erase-new = Erase the new one here
step-erase-old = Erase the old one here
step-erase-here = Erase it here
step-works-to-its-end = { $service } cannot take a certificate back: it works there until it ends. Here it is erased, so that nobody takes it from this computer.
step-prove-new =
    { $noun ->
        [secret] Prove that the new secret is dead
       *[other] Prove that the new key is dead
    }
step-until-refused = It is tried until { $service } refuses it.
step-still-accepted =
    { $n ->
        [one] { $service } still accepted it once.
       *[other] { $service } still accepted it { $n } times.
    }
step-do-not-wait = Do not wait
step-tried-once-more = It is tried once more, and { $service } must refuse it.
drill-failed =
    { $noun ->
        [secret] The new secret was not accepted, so a rotation with it would have ended here. The old one was in use throughout.
       *[other] The new key did not work, so a rotation with it would have ended here. The old one was in use throughout.
    }
drill-untold = { $service } does not tell whether a client secret works before a sign-in is refreshed with it. So the new one was not tried and not used, and is erased here. The old one was in use throughout.
drill-untold-means = A rotation would let the next refresh try it, and would go on with the old one if it is refused: no sign-in is at risk, but nothing can be known beforehand. If you do not rotate to the new secret, delete it at { $service }.
drill-worked-secret = The new secret was accepted, without touching your sign-in.
drill-less = It may do less: { $limit }
drill-same-rights = It may do the same.
drill-worked-same = The new key worked, as the same account.
drill-would-go-through = A rotation would go through.
drill-worked-unknown = The new key worked; whose it is, the service does not say.
drill-would-ask = A rotation would ask you before it switches.
drill-worked-different = The new key worked, but belongs to { $new }, and the old one to { $old }.
step-hint = { $hint }.
step-secret-still-used = The old secret is still the one in use.
step-key-still-used = Your tools still use the old key.
step-try =
    { $noun ->
        [secret] Try the new secret
       *[other] Try the new key
    }
step-asking-works = Asking { $service } whether it works…
step-works-same = New key works, as the same account
step-works =
    { $noun ->
        [secret] New secret works
       *[other] New key works
    }
step-whose-unknown = { $service } does not say whose it is.
step-works-other = New key works, as another account
step-belong = The old key belongs to { $old }, the new one to { $new }.
step-accepted = { $service } accepted it.
step-secret-refused = { $service } refused the secret
step-answered = It answered: { $reason }.
step-not-told = { $service } does not tell whether it works
step-only-refresh-tells = Only a refresh with it would show that, and a rehearsal does not use it.
step-given-up =
    { $noun ->
        [secret] New secret given up
       *[other] New key given up
    }
step-not-accepted = { $service } had not accepted it.
step-secret-unknown = It is not known yet whether the new secret works
step-switch-to =
    { $noun ->
        [secret] Switch to the new secret
       *[other] Switch to the new key
    }
step-switched = Switched
step-every-integration = Every integration of this app registration uses the new secret from then on.
step-switch = Switch
step-tools-now = Your tools get the new key from now on.
step-tools-then = Your tools get the new key from then on.
step-check-account = Check at { $service } that it belongs to the right account.
step-switch-other = Switch to another account?
step-would-see = Your tools would see the data of { $account }. Undo if that is not what you want.
step-switch-anyway = Switch anyway
hint-old-secret = the old secret ({ $hint })
step-turn-off =
    { $noun ->
        [secret] Turn off the old secret
       *[other] Turn off the old key
    }
step-not-turned-off =
    { $noun ->
        [secret] { $service } did not turn off the old secret
       *[other] { $service } did not turn off the old key
    }
step-until-then-works = Until then { $old } still works there.
step-i-turned-off-myself = I turned it off myself
step-switch-off =
    { $noun ->
        [secret] Switch off the old secret
       *[other] Switch off the old key
    }
step-asking-refuse = Asking { $service } to refuse { $old }, once whoever was lent it has used it. It is deleted later; until then, Undo brings it back.
step-refuses-now = { $service } refuses { $old } now.
step-not-yet-refuses = { $service } does not refuse { $old } yet.
step-switched-off =
    { $noun ->
        [secret] Old secret switched off
       *[other] Old key switched off
    }
step-deleted-in-a-moment = It is deleted for good in a moment; until then, Undo brings it back.
step-delete-now = Delete it now
step-then-asked = Then { $service } is asked to turn it off.
step-then-page = Then the page of { $service } opens, where you turn it off.
step-waiting-title = Waiting for tools that may still use the old key
step-waiting = Whoever was lent { $old } until the switch has a moment to finish.
step-asking-turn-off = Asking { $service } to turn off { $old }…
step-i-turned-off = I turned it off
step-by-api = Storm Connect turns off { $old } at { $service }. Until you do this, Undo brings it back.
step-by-page = { $service } lets only you delete { $old }; its page opens. Until you do this, Undo brings it back.
step-open-page = Open { $service }’s page
step-undo-until = Until then, Undo brings it back.
step-turned-off =
    { $noun ->
        [secret] Old secret turned off
       *[other] Old key turned off
    }
step-confirmed = { $service } confirmed it.
step-you-turned-off = You turned it off.
step-gone =
    { $noun ->
        [secret] Old secret gone
       *[other] Old key gone
    }
step-your-word = { $service } does not say whether it refuses it; your word stands.
step-dead =
    { $noun ->
        [secret] Old secret proved dead
       *[other] Old key proved dead
    }
step-prove =
    { $noun ->
        [secret] Prove that the old secret is dead
       *[other] Prove that the old key is dead
    }
