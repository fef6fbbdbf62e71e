diagnostics-title = Diagnostics
diagnostics-report = A report for whoever helps you
diagnostics-report-text = Versions, how the vault is kept, how many integrations stand where, and failures by their code. You read it before you copy it.
diagnostics-open = Copy diagnostics…
diagnostics-log-text = What the program has done since it was started. It is kept in memory and gone when the program ends.
diagnostics-log-open = Show log
diagnostics-exactly = This is exactly what is copied, in English for whoever helps. It holds no secret, and no name, account, host or folder.
diagnostics-shown = The report
diagnostics-making = Looking around…
diagnostics-copy = Copy
diagnostics-save = Save to a file…
diagnostics-copied = Copied. Paste it where you were asked for it.
diagnostics-saved = { $name } was saved
diagnostics-not-made = The report could not be made
program-log-title = Program log
program-log-search = Search the log
program-log-search-hint = Search
program-log-least = Lines to show
program-log-least-error = Errors
program-log-least-warning = Warnings and errors
program-log-least-info = Without details
program-log-least-debug = Without single steps
program-log-least-trace = Everything
program-log-level-error = Error
program-log-level-warning = Warning
program-log-level-info = Info
program-log-level-debug = Detail
program-log-level-trace = Step
program-log-follow = Follow
program-log-more = Record more
program-log-more-text = Until the program ends. Secrets are never recorded.
program-log-lines =
    { $n ->
        [one] 1 line
       *[other] { $n } lines
    }
program-log-lines-more =
    { $n ->
        [one] 1 line, and earlier ones
       *[other] { $n } lines, and earlier ones
    }
program-log-shown = Lines of the log
program-log-reading = Reading the log…
program-log-older = Show earlier lines
program-log-none = Nothing was logged yet.
program-log-none-text = Warnings and errors appear here. To see more of what happens, switch on “Record more”.
program-log-none-fits = No line fits.
program-log-everything = Show everything
program-log-copy = Copy these lines
program-log-copied =
    { $n ->
        [one] 1 line copied
       *[other] { $n } lines copied
    }
program-log-copied-text = Hosts of services may be named in them. Read them before you give them away.
program-log-not-read = The log could not be read
