//! Work that goes on after its caller was answered. INVARIANT: [`Engine::shut_down`](crate::Engine::shut_down) waits for all
//! of it, and none begins after that.

use std::sync::Mutex;

use tokio::task::JoinSet;

use crate::engine::lock;

#[derive(Default)]
pub(crate) struct Behind(Mutex<Work>);

#[derive(Default)]
struct Work {
    ended: bool,
    tasks: JoinSet<()>,
}

impl Behind {
    /// Begins a task, or gives it back when the end has come.
    pub(crate) fn begin<Task>(&self, task: Task) -> Result<(), Task>
    where
        Task: Future<Output = ()> + Send + 'static,
    {
        let mut work = lock(&self.0);
        if work.ended {
            return Err(task);
        }
        while work.tasks.try_join_next().is_some() {} // those that are done are forgotten
        work.tasks.spawn(task);
        Ok(())
    }

    /// Lets nothing begin any more, and waits for what has begun.
    pub(crate) async fn end(&self) {
        let mut tasks = {
            let mut work = lock(&self.0);
            work.ended = true;
            std::mem::take(&mut work.tasks)
        };
        while tasks.join_next().await.is_some() {}
    }
}
