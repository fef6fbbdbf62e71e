status-connected = Connected
status-limited = Limited
status-scopes-missing =
    { $n ->
        [one] 1 scope missing
       *[other] { $n } scopes missing
    }
status-scopes-missing-detail = Working, without { $scopes }.
status-replace-soon = Replace soon
status-replace-soon-old = Saved { $when }, which is as old as you wanted it to get.
status-replace-soon-ended = Its end was { $when }.
status-replace-soon-ends = It ends { $when }.
status-needs-you = Needs you
status-since = Since { $when }.
status-app-refused = App refused
status-retrying = Retrying
status-tried-again = Tried again { $when }.
status-not-verified = Not verified
status-paused = Paused
status-connecting = Connecting
status-waiting-for-browser = Waiting for the browser.
status-not-connected = Not connected
trouble-dns = Its host name was not found.
trouble-connection = The connection broke off.
trouble-tls = Its certificate was not accepted.
trouble-timeout = It did not answer in time.
trouble-too_large = Its answer was too large to be a token.
trouble-redirected = It redirected to another address, which is not followed.
trouble-service_busy = It is busy.
trouble-not_an_answer = Something else answered, such as a proxy or a sign-in page of the network.
trouble-unusable_token = Its last answer could not be used.
trouble-id_token_refused = Its last answer came with an ID token that does not hold, so it was not used.
trouble-client_key = The app registration’s key or certificate cannot be used.
trouble-registration = The service refuses the app registration. Your tokens are kept.
trouble-request = The service refuses the request.
trouble-vault = The vault cannot be written, so nothing is sent.
method-api_key = API key
method-oauth = OAuth 2.0
method-service_account = Service account
sign-refreshed = refreshed { $when }
sign-verified = verified { $when }
sign-none = not verified yet
verdict-works-as = Works as { $account }
verdict-works = Works
verdict-accepted =
    { $service } accepted the { $method ->
        [oauth] sign-in
        [service_account] key file
       *[other] key
    }.
verdict-accepted-unknown =
    { $service } accepted the { $method ->
        [oauth] sign-in
        [service_account] key file
       *[other] key
    }, and does not say whose it is.
verdict-fine-without = That is fine if you do not need it.
verdict-limit = The service does not allow: { $missing }.
verdict-refused =
    { $service } refused the { $method ->
        [oauth] sign-in
        [service_account] key file
       *[other] key
    }
verdict-could-not-reach = { $service } could not be reached
verdict-not-known-yet = The { $method ->
        [oauth] sign-in
        [service_account] key file
       *[other] key
    } is saved; it is not known yet whether it works.
primary-reconnect = Reconnect
primary-replace =
    { $method ->
        [service_account] Replace key file
       *[other] Replace key
    }
primary-rotate =
    { $method ->
        [service_account] Rotate key file
       *[other] Rotate key
    }
primary-resume = Resume
primary-verify = Verify now
reason-grant_refused-title = { $service } ended this connection { $when }
reason-grant_refused = It no longer accepts the sign-in, for example because a password changed or the access was removed there. Nothing you set up is lost; { $as ->
        [none] sign in again as the same account
       *[other] sign in again as { $account }
    }.
reason-interaction_required-title = { $service } wants you to sign in again
reason-interaction_required = It asks for a new consent or a further check. Nothing you set up is lost; { $as ->
        [none] sign in again as the same account
       *[other] sign in again as { $account }
    }.
reason-refresh_interrupted-title = The refresh { $when } was interrupted
reason-refresh_interrupted = It broke off { $by ->
        [crash] because Storm Connect ended
        [sleep] because the computer went to sleep
       *[other] because the network broke off
    }, and { $service } no longer takes the token from before. Nothing you set up is lost; { $as ->
        [none] sign in again as the same account
       *[other] sign in again as { $account }
    }.
reason-access_token_ended-title = The access to { $service } has ended
reason-access_token_ended = This service gives no token to renew it with. Nothing you set up is lost; { $as ->
        [none] sign in again as the same account
       *[other] sign in again as { $account }
    }.
reason-record_damaged-title = Its record in the vault is damaged
reason-record_damaged-oauth =
    { $service } was not asked, and no other integration is affected. Nothing was deleted; { $as ->
        [none] sign in again as the same account
       *[other] sign in again as { $account }
    }.
reason-record_damaged-key =
    { $service } was not asked, and no other integration is affected. Nothing was deleted; { $method ->
        [service_account] choose its key file once more
       *[other] paste its key once more
    }.
reason-key_refused-title =
    { $service } refused the { $method ->
        [service_account] key file
       *[other] key
    } { $when }
reason-key_refused = It was revoked, replaced or has ended there. Nothing you set up is lost; make a new { $method ->
        [service_account] key file
       *[other] key
    } at { $service } and replace it here.
account-other-title = Another account signed in
account-other = { $name } belongs to { $expected }, and { $got } signed in. Nothing was changed yet.
account-unknown-title = It is not known who signed in
account-unknown = { $name } belongs to { $expected }, and the service did not say who signed in. Nothing was changed yet.
account-replace-other = { $name } belongs to { $got } from now on. Tools that use it get that account’s data.
account-replace-unknown = { $name } belongs to whoever signed in from now on. Tools that use it get that account’s data.
account-keep-both-other = { $got } becomes an integration of its own. { $name } stays as it was.
account-keep-both-unknown = The new sign-in becomes an integration of its own. { $name } stays as it was.
account-cancel-other = The new sign-in is forgotten, and ended at the service where that ends nothing else. { $name } stays as it was.
account-cancel-unknown = The new sign-in is forgotten. { $name } stays as it was.
account-added-title = “{ $name }” was added
account-added = “{ $kept }” stayed as it was.
account-connected-as = Connected as { $account }
account-old-unused = The old account’s tokens are not used any more.
account-nothing-changed = Nothing was changed
account-declined-revoked =
    { $whose ->
        [none] The new sign-in
       *[other] The access of { $account }
    } was ended at the service.
account-declined-pending =
    { $whose ->
        [none] The new sign-in
       *[other] The access of { $account }
    } is still to be ended at the service; see Activity.
account-declined-forgotten =
    { $whose ->
        [none] The new sign-in
       *[other] The access of { $account }
    } was forgotten here.
told-verified = { $name }: { $verdict }
told-refreshed = { $name } was refreshed
told-paused = { $name } is paused
told-resumed = { $name } runs again
told-back = { $name } is back
original-moved-title = Moved to the bin
original-moved = Until you empty the bin, it can be taken back, by others who use your account too.
original-gone-title = The file is gone already
original-gone = There is nothing left to move.
original-kept-title =
    { $n ->
        [one] The file stays where it is
       *[other] The files stay where they are
    }
original-still-title = The key still lies in a file
original-still =
    { $n ->
        [one] { $files } is not needed any more. Whoever can read it has the key.
       *[other] { $files } are not needed any more. Whoever can read them has the key.
    }
original-two-files = { $first } and { $second }
backup-sentence = The last good copy is from { $when }, with { $n ->
        [one] 1 integration
       *[other] { $n } integrations
    }. What it replaces is kept beside it.
fact-account = Account
fact-project = Project
fact-access_key_id = Access key id
fact-key_id = Key id
fact-client_id = Client id
fact-app = App
fact-subject = Issued to
fact-user = User
fact-profile = Profile
fact-algorithm = Key
fact-fingerprint = Fingerprint
fact-authority = Certificate authority
fact-authority-own = { $name }, trusted for this integration only
fact-certificate = Certificate
fact-line-access_key_id = access key id { $id }
fact-line-key_id = key id { $id }
fact-line-client_id = client id { $id }
fact-line-fingerprint = fingerprint { $id }
certificate-not_yet = Valid from { $day }. If that is past, the clock of this computer is slow.
certificate-current = Valid until { $day }
certificate-ends_soon = Ends { $when }, on { $day }. Have the next one made soon.
certificate-ended = Ended { $when }. The service may refuse it.
drop-one-only = Only one file can be used here, and these are several. Bring the one that is meant; nothing was taken.
status-moved-away = Moved away
status-moved-away-when = Its sign-in moved to another computer { $when }.
status-unproved = Not switched on
status-unproved-when = Restored { $when }; its service has not accepted it here yet.
reason-sign_in_left_behind-title = It was restored without its sign-in
reason-sign_in_left_behind = The sign-in stayed on the computer that the export came from. Everything else is here; { $as ->
        [none] sign in once as the same account
       *[other] sign in once as { $account }
    }.
drop-export-alone = An export is restored by itself. Drop it alone; nothing was taken of these files.
drop-export-later = Finish the open dialog first, and drop the export then.
