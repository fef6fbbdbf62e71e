//! An event sink that remembers, and that can be awaited.

use storm_domain::Event;
use storm_domain::port::EventSink;
use tokio::sync::watch;

/// Records events in the order they were published.
#[derive(Debug)]
pub struct RecordingEvents {
    events: watch::Sender<Vec<Event>>,
}

impl Default for RecordingEvents {
    fn default() -> Self {
        Self { events: watch::Sender::new(Vec::new()) }
    }
}

impl RecordingEvents {
    /// All events so far.
    #[must_use]
    pub fn all(&self) -> Vec<Event> {
        self.events.borrow().clone()
    }

    /// Forgets all events so far.
    pub fn clear(&self) {
        self.events.send_modify(Vec::clear);
    }

    /// Waits until an event that fits has been published, at any time since the start or the last `clear`.
    pub async fn wait_for(&self, fits: impl Fn(&Event) -> bool) -> Event {
        let mut events = self.events.subscribe();
        let seen = events.wait_for(|events| events.iter().any(&fits)).await.expect("the sender is held here");
        seen.iter().find(|event| fits(event)).cloned().expect("one just fitted")
    }
}

impl EventSink for RecordingEvents {
    fn publish(&self, event: Event) {
        self.events.send_modify(|events| events.push(event));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_event_can_be_awaited_before_or_after_it_is_published() {
        let events = RecordingEvents::default();
        let vault = |event: &Event| *event == Event::VaultChanged;
        let (awaited, ()) = tokio::join!(events.wait_for(vault), async { events.publish(Event::VaultChanged) });
        assert_eq!(awaited, Event::VaultChanged);
        assert_eq!(events.wait_for(vault).await, Event::VaultChanged);
        events.clear();
        assert!(events.all().is_empty());
    }
}
