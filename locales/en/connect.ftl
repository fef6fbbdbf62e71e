authorize-browser-opens = Your browser opens { $service }. Sign in there as the account you want to connect, and approve.
authorize-registration = App registration { $part }.
authorize-use-another = Use another
authorize-built-in = Uses the app registration that comes with Storm Connect.
authorize-own = Use my own app registration
files-title = What became of the files
connect-opening-browser = Opening your browser…
heading-reconnect = Reconnect { $name }
heading-replace-credential = Replace the credential of { $name }
heading-add = Add an integration
heading-which-service = Which service?
heading-which-service-file = { $shape }: which service is it for?
heading-which-service-key = Which service is the copied key for?
heading-connect = Connect { $service }
heading-how = How should it sign in?
heading-registration = App registration
heading-replace =
    { $method ->
        [service_account] Replace the key file of { $name }
       *[other] Replace the key of { $name }
    }
connectors-search = Search services
connectors-list = Services
connectors-none = No service fits “{ $text }”. Search by its name, such as GitHub.
connectors-at-once = { $part } signs in to { $service } at once
device-enter = Enter this code on another device
device-code = Code
device-copy-code = Copy code
device-time-left = { $time } left
device-open-address = Open this address on a phone or another computer. Sign in there as the account you want to connect.
device-open-address-or-scan = Open this address on a phone or another computer, or scan the picture. Sign in there as the account you want to connect.
device-address = Address
device-copy-address = Copy address
device-open-here = Open it here
device-qr = QR code of { $address }
device-use-browser = Use the browser on this computer instead
discovery-authorize = Sign-in page
discovery-token = Tokens
discovery-userinfo = Account
discovery-revoke = Revoking
discovery-keys = Signing keys
discovery-looking = Looking up what the service says of itself…
discovery-again = Look again
discovery-title = What the service says of itself
discovery-issuer = Issuer
discovery-another-host = another host
discovery-scopes = Scopes offered
discovery-more = { $n } more
discovery-renewing = Renewing
discovery-refresh-unknown = The service does not say
discovery-refresh-yes = Access is renewed without you
discovery-refresh-no = Not offered: you sign in again when access ends
discovery-also = Also offered
discovery-device = Device code
discovery-registration = Apps that register themselves
discovery-nothing = Nothing more
discovery-elsewhere-title = Some addresses lie on another host
discovery-elsewhere = Go on only if they belong to the same service. They are kept as they are shown, and not looked up again when access is renewed.
file-open-key-page = Open the key page
key-saved-asking = Saved encrypted; asking { $service }…
key-stored = Stored encrypted on this computer.
file-or-drop = Or drop the downloaded file anywhere on this window.
files-connected-as = Connected as “{ $name }”.
files-saved-as = Saved as “{ $name }”. { $verdict }.
files-left-out = Left out. Nothing of it was taken.
files-connected =
    { $n ->
        [one] { $n } of { $all } files is connected.
       *[other] { $n } of { $all } files are connected.
    }
key-set-up-that = Set that service up instead
key-field-emptied = The field was emptied when the key was handed over; paste it again.
methods-group = Ways to sign in
paste-first = Paste the address first.
paste-open = The browser is on another computer? Paste the address it ended on
paste-address = Address the browser ended on
paste-help = Approve there first. The page it ends on cannot be shown, which is expected; copy the whole address.
paste-use = Use this address
queue-file = File { $at } of { $all }
queue-refused =
    { $n ->
        [one] { $names } was refused; the end says why
       *[other] { $names } were refused; the end says why
    }
registration-yours = App registrations you have
registration-used-by =
    { $n ->
        [one] used by 1 integration
       *[other] used by { $n } integrations
    }
registration-use-named = Use app registration { $id }
registration-use-this = Use this
registration-or = or add another
registration-without = Without an app registration
registration-none-yet = No app registration yet? Some services let this program register itself.
registration-automatic = Register automatically
registration-redirect = Redirect URI to enter at { $service }
registration-copy = Copy
registration-open-page = Open the service’s page
registration-client-id = Client id
registration-client-secret = Client secret
registration-secret-ends = The secret ends on
registration-client-id-help = { $service } shows it once the app is registered.
registration-secret-file = Client secret from a file
registration-type-it = Type it instead
registration-secret-kept = One is kept; leave this empty to keep it.
registration-secret-needed = { $service } asks for it.
registration-secret-only = Only if the service gave you one. It may be a private key: type it in PEM, or drop its file here.
registration-enter-again = Enter the client secret again.
registration-continue = Continue
setup-value-unfit = This value does not fit.
setup-more = More settings
setup-name = Name
setup-name-help = How it is called in your list.
verdict-leave = Leave it for now
verdict-show = Show it
waiting-browser = Waiting for you in the browser
waiting-no-browser = No browser could be opened. Copy the link and open it yourself.
waiting-approve = Approve as the account you want to connect. { $part }
waiting-approve-scopes = Approve “{ $scopes }” as the account you want to connect. { $part }
waiting-time-left = { $time } left.
waiting-link = Link
waiting-copy-link = Copy link
waiting-open-again = Open again
waiting-disturbed-title = Another program knocks at this sign-in
waiting-disturbed = Something on this computer keeps sending answers that are not the browser’s. They are turned away; only the answer of this sign-in is taken.
waiting-on-phone = Or sign in on your phone: { $part }
waiting-use-code = Use a code on another device
waiting-approved = { $service } approved. Storing the tokens…
waiting-asking = Asking { $service } for a token…
waiting-stored = The tokens are stored encrypted and renew by themselves.
waiting-keep-both = Keep both
waiting-cancelled = Cancelled
waiting-nothing-changed = Nothing was changed.
waiting-again = Authorize again
connect-next-file = Next file
connect-finish = Finish
connect-finish-first = Finish this first
connect-then-drop = Then drop the file again.
connect-another-file = This is: { $shape }. { $service } takes another kind of file here.
