toast-notices = Notices
toast-undo = Undo
toast-dismiss = Dismiss
