list-separator = { ", " }
sentence-separator = { " " }
and-more = { $names } and { $more } more
common-cancel = Cancel
common-save = Save
common-close = Close
common-done = Done
common-back = Back
common-try-again = Try again
common-try-now = Try now
common-one-moment = One moment…
common-out-of-date = This may be out of date
common-copied = Copied
common-never = never
common-looking-for-cause = Looking for the cause…
common-refreshing = refreshing…
common-authorize = Authorize
common-choose-file = Choose file…
common-edit-registration = Edit app registration
common-network-settings = Network settings
common-integrations =
    { $n ->
        [one] 1 integration
       *[other] { $n } integrations
    }
