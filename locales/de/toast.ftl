toast-notices = Meldungen
toast-undo = Rückgängig
toast-dismiss = Schließen
