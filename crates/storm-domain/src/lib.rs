//! Pure words and state machines of Storm Connect; no IO.
