health-saved =
    { $n ->
        [one] One date was saved
       *[other] { $n } dates were saved
    }
health-saved-text = Open { $name } with your calendar. Saving and opening it again later brings the dates up to date.
health-add-to-calendar = Add to calendar
health-not-read = Health could not be read
health-nothing-title = There is nothing to look after yet
health-nothing = Connect a service, and this page tells what needs you and what will.
health-looking = Looking at all integrations…
health-figure-needs =
    { $n ->
        [one] needs you now
       *[other] need you now
    }
health-figure-troubled = worth a look
health-figure-connected = connected
health-figure-paused = paused
health-by-state = Integrations by state
health-not-connected = It is not connected.
health-needs-title = Needs you now
health-needs-none = Nothing needs you right now.
health-action-of = { $label }: { $name }
health-more = and { $more } more
row-refreshes = refreshes { $when }
row-select = Select { $name }
health-refreshes = Next refreshes
health-refreshes-none = No token has to be refreshed.
health-now = now
health-forecast = What will need you
health-how-far = How far ahead
health-span = { $days } days
health-forecast-none = Nothing will need you in the next { $days } days
health-after-that =
    { $n ->
        [one] After that there is one thing within 90 days.
       *[other] After that there are { $n } things within 90 days.
    }
health-renew-themselves = Tokens renew themselves, and no key, certificate or sign-in that is known ends.
health-more-in-file = and { $more } more; the calendar file has all of them
health-lapse = Sign-ins that end of disuse are kept alive while Storm Connect runs. If it stayed closed from today, { $part } would end first, about { $day }.
forecast-needs_you = needs you now
forecast-when-presumed = about { $when }
forecast-sign_in_ends =
    { $over ->
        [yes] sign-in ended { $when }
       *[other] sign-in ends { $when }
    }
forecast-sign_in_unused =
    { $over ->
        [yes] sign-in ended unused { $when }
       *[other] sign-in ends unused { $when }
    }
forecast-access_ends =
    { $over ->
        [yes] access ended { $when }
       *[other] access ends { $when }
    }
forecast-key_ends =
    { $method ->
        [service_account] key file
       *[other] key
    } { $over ->
        [yes] ended { $when }
       *[other] ends { $when }
    }
forecast-client_secret_ends =
    { $over ->
        [yes] client secret ended { $when }
       *[other] client secret ends { $when }
    }
forecast-client_secret_ends-several =
    { $over ->
        [yes] client secret ended { $when }, for { $n } integrations
       *[other] client secret ends { $when }, for { $n } integrations
    }
forecast-key_gets_old-over =
    { $method ->
        [service_account] replace the key file, as you wished
       *[other] replace the key, as you wished
    }
forecast-key_gets_old = your reminder { $when }
