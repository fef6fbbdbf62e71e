//! The embedded catalogue, URL templates, paste guard and key-file shapes.
