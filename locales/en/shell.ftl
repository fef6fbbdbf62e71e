tray-opening = The vault is being opened
tray-need-you =
    { $n ->
        [one] 1 integration needs you
       *[other] { $n } integrations need you
    }
tray-to-be-replaced =
    { $n ->
        [one] 1 key is to be replaced soon
       *[other] { $n } keys are to be replaced soon
    }
tray-all-well =
    { $n ->
        [0] Nothing is connected yet
        [one] 1 integration, nothing to do
       *[other] { $n } integrations, nothing to do
    }
tray-unreadable = The vault cannot be read
tray-locked = The vault is locked
tray-reconnect = Reconnect { $name }
tray-more = { $n } more…
tray-pause-all = Pause all
tray-resume-all = Resume all
tray-open = Open Storm Connect
tray-quit = Quit
notification-later = Later
notification-reconnect = Reconnect
notification-show = Show
notification-rotate = Rotate
notification-needs-you = { $name } needs you
notification-asked-in-vain = { $text } A tool asked for it in vain.
notification-names =
    { $more ->
        [0] { $names } and { $last }. Everything else goes on.
        [1] { $names } and one more. Everything else goes on.
       *[other] { $names } and { $more } more. Everything else goes on.
    }
notification-separator = { ", " }
notification-minimized-title = Storm Connect keeps running
notification-minimized = This desktop shows no tray icons, so the window was minimized.
need-grant-refused = The service ended this connection. Sign in again; everything you set up is kept.
need-interaction-required = The service wants you to sign in again, for new terms or an extra check.
need-interrupted-crash = A refresh was cut off when the program ended. Sign in again to go on.
need-interrupted-sleep = A refresh was cut off when the computer went to sleep. Sign in again to go on.
need-interrupted-network = A refresh was cut off by the network. Sign in again to go on.
need-access-ended = The access ended, and the service gave no way to renew it. Sign in again.
need-record-damaged = Its record in the vault is damaged. Connect it again; nothing else is affected.
need-key-refused = The service refuses its key. Replace the key to go on.
need-other = The service does not let it in any more. Open Storm Connect to see why.
reminder-last-day-title =
    { $name }: the last day of its { $kind ->
        [file] key file
       *[other] key
    }
reminder-last-day = Its { $kind ->
        [file] key file
       *[other] key
    } ends on { $moment }. Make the next one and rotate to it now, so that nothing stops.
reminder-title =
    { $name }: replace its { $kind ->
        [file] key file
       *[other] key
    } soon
reminder-ends = Its { $kind ->
        [file] key file
       *[other] key
    } ends on { $day }. Make the next one and rotate to it; the old one works until then.
reminder-old = Its { $kind ->
        [file] key file
       *[other] key
    } is as old as you wanted it to get. Make the next one and rotate to it; the old one works on.
date-day =
    { $day } { $month ->
        [1] January
        [2] February
        [3] March
        [4] April
        [5] May
        [6] June
        [7] July
        [8] August
        [9] September
        [10] October
        [11] November
       *[other] December
    } { $year }
date-moment = { $date }, { $time }
dialog-key-title = Choose a key file, or several
dialog-key-kind = Key files
dialog-authority-title = Choose a certificate file
dialog-authority-kind = Certificates
dialog-calendar-title = Save the forecast
dialog-calendar-kind = Calendar files
dialog-log-title = Save the activity log
dialog-log-table-kind = Comma-separated values
dialog-log-lines-kind = JSON lines
dialog-all-files = All files
calendar-needs-you = { $name } needs you
calendar-sign-in = { $name }: the sign-in ends
calendar-key =
    { $name }: the { $kind ->
        [file] key file
       *[other] key
    } ends
calendar-secret =
    { $n ->
        [0] { $name }: the client secret ends
        [1] { $name } and another integration: the client secret ends
       *[other] { $name } and { $n } other integrations: the client secret ends
    }
calendar-replace =
    { $name }: replace the { $kind ->
        [file] key file
       *[other] key
    }
calendar-todo-sign-in = Sign in to { $service } again by then: in Storm Connect, choose Reconnect.
calendar-todo-unused = Nothing refreshes it, so { $service } ends it for want of use. Resume or refresh it in Storm Connect, or let it end.
calendar-todo-key = Make the next { $kind ->
        [file] key file
       *[other] key
    } at { $service }, and rotate to it in Storm Connect before the old one ends.
calendar-todo-secret = Make the next client secret of the app at { $service }, and rotate to it in Storm Connect.
calendar-todo-old = It is as old as you wanted it to get. Make the next { $kind ->
        [file] key file
       *[other] key
    } at { $service }, and rotate to it.
calendar-known = { $todo } It ends at { $moment } UTC.
calendar-presumed = { $todo } It ends at { $moment } UTC. This is what the service is known to do; it did not say so of this one.
need-left-behind = It was restored without its sign-in. Sign in once to use it here.
dialog-new-export-title = Save the export
dialog-export-title = Choose an export
dialog-export-kind = Exports of Storm Connect
dialog-import-title = Choose files to import from
dialog-import-kind = Exports and settings
dialog-folder-title = Choose a folder to look through
dialog-diagnostics-title = Save the diagnostics
dialog-diagnostics-kind = Text files
