attention-registration-title = { $service } refuses the app registration
attention-registration = Nothing you set up is lost; compare client id and client secret with the service and save them again.
attention-no-access = { $service } has not given any access yet.
attention-later = Later
generation-staged = New, not used yet
generation-active = In use
generation-superseded = Replaced, still valid
generation-retired = Turned off
generation-damaged = Damaged, cannot be read
generation-private-key = Private key
generation-tokens = Tokens that renew
generation-access-token = An access token that does not renew
generations-title = Credentials
generations-credential = Credential
generations-where = Where it stands
generations-since = Since
generation-saved = saved { $when }
generations-none = None is kept here.
labels-still-there = The label is still there
labels-title = Labels
lending-title = Lend to other tools
lending-access_token = Tools on this computer may ask Storm Connect for a short-lived access token; each loan is logged.
lending-key = Tools on this computer may ask Storm Connect for this key; each loan is logged.
lending-access_key = Tools on this computer may ask Storm Connect for this key and its id; each loan is logged.
lending-session_key = Tools on this computer may ask Storm Connect for a key made of this one that ends within an hour; each loan is logged.
lending-nothing = This is proved by a certificate, whose private key stays in Storm Connect: whoever has it can act as its owner until it ends, and nothing short-lived can be made of it. Give other tools a token of a service account.
lending-none-title = Not lent to other tools
lending-aws = AWS tools ask by themselves with this line in a profile of ~/.aws/config:
overview-connection = Connection
overview-account = Account
overview-account-unknown = not known
overview-host = Host
overview-added = Added
overview-token = Token
overview-verification = Verification
overview-next-refresh = Next refresh
overview-none-planned = none planned
overview-last-refreshed = Last refreshed
overview-access-ends = Access token ends
overview-last-verified = Last verified
page-open-keys = Open the key page
page-open-apps = Open the apps page
page-open-docs = Open the service’s guide
page-more-actions = More actions
refreshes-title = Refreshes
refreshes-none = None yet. The first one comes before the token ends.
refreshes-each = Each of them
refreshes-caption = Refreshes, latest first
refreshes-when = When
refreshes-outcome = Outcome
refreshes-took = How long the service took
refresh-refreshed = Refreshed
refresh-recovered = Recovered
refresh-recovered-detail = From the answer of an interrupted refresh.
refresh-postponed = Put off
refresh-refused = Ended
refresh-refused-detail = Only you could help.
refresh-took = { $seconds } s
refresh-bar = { $when }: { $outcome }
refresh-bar-took = { $when }: { $outcome } in { $took }
refreshes-since =
    { $n ->
        [one] { $n } refresh since { $when }
       *[other] { $n } refreshes since { $when }
    }
refreshes-failed = { $n } did not work
refreshes-usually = usually { $took }
registration-saved = The app registration was saved
registration-secret-kept-rotate = One is kept; leave this empty to keep it. To replace one that still works, rotate it instead.
registration-secret-only-short = Only if the service gave you one.
registration-shared = Used by { $n } integrations; all of them get the change.
registration-kept-encrypted = kept encrypted
registration-none = none
registration-it-ends = It ends
registration-used-by-title = Used by
replacement-not-by-age = not by its age
replacement-days = { $n } days after it was saved
replacement-title = Age and end
replacement-in-use-since = In use since
replacement-last-lent = Last lent
replacement-lent-to = { $when } to { $tool }
replacement-never-lent = never, as far as the activity log goes back
replacement-reminder = Reminder
replacement-due-now = due now
replacement-remind-me = Remind me
replacement-ends-on = It ends on
replacement-ends-help = If the service gave it an end. You are reminded two weeks before.
scopes-title = Scopes
scopes-without =
    { $n ->
        [one] It works, without one scope that was asked for.
       *[other] It works, without { $n } scopes that were asked for.
    }
scopes-scope = Scope
scopes-asked = Asked for
scopes-granted = Granted
scopes-yes = yes
scopes-no = no
scopes-missing = missing
scopes-more = More scopes
scopes-more-hint = asked for besides the ones above
scopes-ask-missing =
    { $n ->
        [one] Ask for the missing one
       *[other] Ask for the missing ones
    }
scopes-ask-more = Ask for more scopes…
