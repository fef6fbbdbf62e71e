//! Gates: answers that wait for a name to be released.
//!
//! Queueing a step that holds closes the gate of that name; releasing opens it for everyone, those standing at it and
//! those still to come, until another step closes it again. So a release is never lost by coming too early.

use std::collections::HashMap;

/// Which gates are closed.
#[derive(Default)]
pub(crate) struct Gates {
    /// Closed gates, with how many answers stand at each.
    closed: HashMap<String, usize>,
}

impl Gates {
    /// Closes a gate.
    pub(crate) fn close(&mut self, name: &str) {
        self.closed.entry(name.to_owned()).or_insert(0);
    }

    /// Whether an answer has to wait here.
    pub(crate) fn is_closed(&self, name: &str) -> bool {
        self.closed.contains_key(name)
    }

    /// Counts an answer that begins to wait.
    pub(crate) fn begin_waiting(&mut self, name: &str) {
        if let Some(waiting) = self.closed.get_mut(name) {
            *waiting += 1;
        }
    }

    /// Opens a gate; says how many answers it lets go.
    pub(crate) fn release(&mut self, name: &str) -> usize {
        self.closed.remove(name).unwrap_or(0)
    }

    /// Opens all gates.
    pub(crate) fn release_all(&mut self) {
        self.closed.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::Gates;

    #[test]
    fn a_release_before_the_first_arrival_is_not_lost() {
        let mut gates = Gates::default();
        gates.close("a");
        gates.release("a");
        assert!(!gates.is_closed("a"));
    }

    #[test]
    fn a_released_gate_closes_again_when_it_is_queued_again() {
        let mut gates = Gates::default();
        gates.close("a");
        gates.begin_waiting("a");
        assert_eq!(gates.release("a"), 1);
        gates.close("a");
        assert!(gates.is_closed("a"));
    }
}
