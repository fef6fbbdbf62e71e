//! What a letter in the search costs: keys are pressed in the real window, and its page notes how long its script took and when
//! the next frame was drawn. The peer is the same page with one row.

use std::time::Duration;

use storm_tests::{Home, Look, Outcome, Window, eventually};

use crate::harness::{Benchmark, Rounds};
use crate::window::size_of;

const ROUNDS: usize = 5;
const PATIENCE: Duration = Duration::from_secs(30);
/// Its first letters are in every name; the last ones change which rows are seen.
const TYPED: &str = "integration 12";
/// Notes each letter: milliseconds of script from the key on, and until the frame after it is drawn. The engine's clock has steps of
/// one millisecond, so that only many letters together say something.
const LISTEN: &str = "
    let pressed = 0, script = 0, typed = 0;
    globalThis.letters = [];
    addEventListener('keydown', () => { pressed = performance.now(); }, true);
    addEventListener('keydown', () => { script = performance.now() - pressed; });
    addEventListener('input', () => { typed = performance.now(); }, true);
    addEventListener('input', () => {
        const [from, took] = [pressed, script + performance.now() - typed];
        requestAnimationFrame(() => {
            const drawn = new MessageChannel();
            drawn.port1.onmessage = () => {
                drawn.port1.close();
                letters.push([took, performance.now() - from]);
            };
            drawn.port2.postMessage(null);
        });
    });";

/// The script of a letter, of the dearest letter, and the time until it is seen.
///
/// # Errors
/// When the window does not open, or does not take the letters.
pub async fn measure(homes: &[(&'static str, Home)]) -> Outcome<[Benchmark; 3]> {
    let mut script = Rounds::new("window-search", "ms of script a letter");
    let mut dearest = Rounds::new("window-search-dearest", "ms of script");
    let mut frame = Rounds::new("window-search-frame", "ms from a key to its frame");
    for (name, _) in homes {
        let size = size_of(name);
        script.announce(name, format!("{} letters, the first after the start; {size}", TYPED.len()));
        dearest.announce(name, format!("the dearest of them; {size}"));
        frame.announce(name, format!("all of them; {size}"));
    }
    for _ in 0..ROUNDS {
        for (name, home) in homes {
            let letters = type_into_search(home).await?;
            script.add(name, mean(letters.iter().map(|(script, _)| *script)));
            dearest.add(name, letters.iter().map(|(script, _)| *script).fold(0.0, f64::max));
            frame.add(name, mean(letters.iter().map(|(_, frame)| *frame)));
        }
    }
    Ok([script.finish(), dearest.finish(), frame.finish()])
}

/// What each letter cost: script, and time until its frame.
async fn type_into_search(home: &Home) -> Outcome<Vec<(f64, f64)>> {
    let window = Window::open(home).await?;
    window.find("integration").await?;
    window.execute(LISTEN).await?;
    window.click("search").await?;
    for (typed, letter) in TYPED.chars().enumerate() {
        window.press(letter.to_string()).await?;
        eventually("a letter to be drawn", PATIENCE, async || {
            let drawn = window.execute("return letters.length").await?;
            Ok(if drawn == typed + 1 { Look::Found(()) } else { Look::NotYet(format!("{drawn} letters")) })
        })
        .await?;
    }
    let letters = window.execute("return letters").await?;
    window.quit().await?;
    Ok(serde_json::from_value(letters)?)
}

fn mean(samples: impl ExactSizeIterator<Item = f64>) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a few letters")]
    let count = samples.len() as f64;
    samples.sum::<f64>() / count
}
