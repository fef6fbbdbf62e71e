//! A room with so many seats: whoever comes gets one, at the cost of the one who has sat longest.
//!
//! Strangers can so fill the seats as they like, and none of them keeps the browser out.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

pub(super) struct Room {
    size: usize,
    seats: Mutex<VecDeque<Arc<Notify>>>,
}

/// Given back when it is dropped.
pub(super) struct Seat {
    room: Arc<Room>,
    taken_away: Arc<Notify>,
}

impl Room {
    pub(super) fn of(size: usize) -> Arc<Self> {
        Arc::new(Self { size, seats: Mutex::new(VecDeque::with_capacity(size)) })
    }

    pub(super) fn enter(self: &Arc<Self>) -> Seat {
        let taken_away = Arc::new(Notify::new());
        let mut seats = self.seats();
        if seats.len() >= self.size
            && let Some(longest) = seats.pop_front()
        {
            longest.notify_one();
        }
        seats.push_back(Arc::clone(&taken_away));
        Seat { room: Arc::clone(self), taken_away }
    }

    fn seats(&self) -> MutexGuard<'_, VecDeque<Arc<Notify>>> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// Ends when somebody else needs the seat.
    pub(super) async fn lost(&self) {
        self.taken_away.notified().await;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.room.seats().retain(|seat| !Arc::ptr_eq(seat, &self.taken_away));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    #[tokio::test]
    async fn the_longest_there_goes_when_the_room_is_full_and_a_free_seat_is_used_before() {
        let room = Room::of(2);
        let (first, second) = (room.enter(), room.enter());
        assert!(first.lost().now_or_never().is_none());
        drop(second);
        let third = room.enter();
        assert!(first.lost().now_or_never().is_none(), "a seat was free");
        let fourth = room.enter();
        assert!(first.lost().now_or_never().is_some());
        assert!(third.lost().now_or_never().is_none() && fourth.lost().now_or_never().is_none());
    }
}
