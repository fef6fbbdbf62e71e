import-title-ask = Import from other tools
import-subtitle-ask = Keys that lie on this computer in plain text
import-title-scanning = Looking…
import-title-preview = What was found
import-subtitle-preview = Nothing is stored before you choose it
import-title-importing = Importing
import-subtitle-importing = Each is stored, then tried at its service
import-title-results = What became of it
import-explained = Storm Connect can look for keys in { $part } files, in what command lines such as AWS, GitHub and Docker keep, and in exports of Postman, Insomnia, Bruno, 1Password and Bitwarden. It reads them once, here on this computer, and changes none of them.
import-well-known = Look where these tools keep their keys
import-well-known-places =
    { $n ->
        [one] { $n } place, and nothing else in your folder
       *[other] { $n } places, and nothing else in your folder
    }
import-places = Which places
import-choose-files = Choose files…
import-choose-folder = Choose a folder…
import-folder = A folder is looked through for { $part } files and exports, six levels deep.
import-leave-out = Leave out { $path }
import-scan = Look for keys
import-looking = Looking for keys…
import-looking-so-far =
    { $n ->
        [one] Looking for keys; { $n } file or folder so far…
       *[other] Looking for keys; { $n } files and folders so far…
    }
import-running = { $done } of { $total } done…
import-cut-short-title = There was more than is looked at in one go
import-cut-short = What was found until then is below. Choose a smaller folder for the rest.
import-none-title = No keys were found
import-none =
    { $n ->
        [one] { $n } file or folder was looked at.
       *[other] { $n } files and folders were looked at.
    } Choose a folder with .env files, or an export.
import-all = Choose all
import-chosen = { $n } of { $all } chosen
import-left-seen =
    { $n ->
        [one] { $n } more was seen in it and left out
       *[other] { $n } more were seen in it and left out
    }
import-left-line = , line { $line }
import-others =
    { $n ->
        [one] { $n } file of which nothing can be taken
       *[other] { $n } files of which nothing can be taken
    }
import-lacking =
    { $n ->
        [one] One of them needs a field filled in first.
       *[other] { $n } of them need a field filled in first.
    }
import-elsewhere = Look elsewhere
import-start = Import
import-start-these = Import { $n }
import-stored-as = Connected already as “{ $name }”.
import-same-as = The same key as { $key } in { $path }.
import-service-unknown = It is not known which service this is for.
import-service-by-name = Its name says so; its form does not.
import-take = Import { $key }
import-line = line { $line }
import-change = Change
import-change-this = Change { $key }
import-less = Less
import-service = Service
import-name-help = Without one it is called by its service and account.
import-works =
    { $n ->
        [one] { $n } of { $all } works.
       *[other] { $n } of { $all } work.
    }
import-verdict = { $title }. { $text }
import-there = It was connected already; nothing was added.
import-left = Left out, because it was stopped. Nothing of it was taken.
import-copies-where = Where the keys still lie
import-copies-title = Still in plain text
import-copies = Whoever can read these files has the keys, and so may backups of them. Tools that read them need them until they are lent access by Storm Connect instead. Take a value out by hand; rotating the key is the sure way, since it ends every copy.
import-show = Show in folder
import-moved = Moved to the bin. Until you empty it, it can be taken back.
import-gone = The file is gone already.
import-copy-line = Line { $line }: { $part }
import-rotate = Rotate { $key }
import-back = Back to what was found
