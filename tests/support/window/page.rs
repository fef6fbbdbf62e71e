//! What a person sees and does in the page, and what the page says about itself.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use thirtyfour::prelude::*;
use thirtyfour::{Key, TypingData};

use super::Window;
use super::process::{Area, page_on_screen};
use crate::patience::{Look, eventually};
use crate::program::{private_folder, run};
use crate::{Outcome, PATIENCE, StepError};

impl Window {
    /// All shown elements that fit a CSS selector. WebDriver's own notion of "displayed" misses text that is cut off.
    async fn shown(&self, css: &str) -> Outcome<Vec<WebElement>> {
        const SHOWN: &str = "return [...document.querySelectorAll(arguments[0])].filter((element) => \
                             element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && element.getClientRects().length > 0)";
        match self.web.execute(SHOWN, vec![json!(css)]).await.and_then(|found| found.elements()) {
            // One of them was replaced before it could be handed over.
            Err(error) if matches!(*error, thirtyfour::error::WebDriverErrorInner::StaleElementReference(_)) => {
                Ok(Vec::new())
            }
            found => Ok(found?),
        }
    }

    /// What was looked for in vain, together with what the page says instead.
    async fn or_with_page<T>(&self, outcome: Outcome<T>) -> Outcome<T> {
        match outcome {
            Err(StepError::InVain { what, seen }) => Err(StepError::InVain {
                what,
                seen: format!("{seen}, on a page that says: {}", self.visible_text().await),
            }),
            outcome => outcome,
        }
    }

    /// The element with this name, once it is shown.
    ///
    /// # Errors
    /// When it does not appear in time.
    pub async fn find(&self, test: &str) -> Outcome<WebElement> {
        self.find_css(&selector(test)).await
    }

    /// The first shown element that fits a CSS selector.
    ///
    /// # Errors
    /// When none appears in time.
    pub async fn find_css(&self, css: &str) -> Outcome<WebElement> {
        let found = eventually(css, PATIENCE, async || {
            let mut shown = self.shown(css).await?;
            Ok(if shown.is_empty() {
                Look::NotYet("none that is shown".to_owned())
            } else {
                Look::Found(shown.swap_remove(0))
            })
        });
        self.or_with_page(found.await).await
    }

    /// Clicks, as soon as the element is shown and can be clicked.
    ///
    /// # Errors
    /// When it cannot in time.
    pub async fn click(&self, test: &str) -> Outcome {
        self.click_css(&selector(test)).await
    }

    /// Clicks what fits a CSS selector.
    ///
    /// # Errors
    /// When it cannot in time.
    pub async fn click_css(&self, css: &str) -> Outcome {
        let what = format!("{css} to be clickable");
        let clicked = eventually(&what, PATIENCE, async || {
            for element in self.shown(css).await? {
                if element.is_enabled().await.unwrap_or(false) && !is_busy(&element).await {
                    // Something may still move over it.
                    return Ok(match element.click().await {
                        Ok(()) => Look::Found(()),
                        Err(error) => Look::NotYet(error.to_string()),
                    });
                }
            }
            Ok(Look::NotYet("none that is enabled".to_owned()))
        });
        self.or_with_page(clicked.await).await
    }

    /// Replaces what stands in a text field, as a person who types.
    ///
    /// # Errors
    /// When the field does not appear.
    pub async fn fill(&self, test: &str, text: &str) -> Outcome {
        let field = self.find(test).await?;
        field.click().await?;
        field.send_keys(Key::Control + "a").await?;
        field.send_keys(Key::Delete).await?;
        Ok(field.send_keys(text).await?)
    }

    /// Presses keys one after the other, wherever the focus is.
    ///
    /// # Errors
    /// When the page cannot be reached.
    pub async fn press(&self, keys: impl Into<TypingData>) -> Outcome {
        Ok(self.web.action_chain().send_keys(keys).perform().await?)
    }

    /// Presses a key with Ctrl held, wherever the focus is.
    ///
    /// # Errors
    /// When the page cannot be reached.
    pub async fn press_with_control(&self, key: char) -> Outcome {
        Ok(self.web.action_chain().key_down(Key::Control).send_keys(key).key_up(Key::Control).perform().await?)
    }

    /// The text an element shows.
    ///
    /// # Errors
    /// When it does not appear.
    pub async fn text(&self, test: &str) -> Outcome<String> {
        Ok(text_of(&self.find(test).await?).await)
    }

    /// Waits until an element shows a text that contains `part`, and gives the whole.
    ///
    /// # Errors
    /// When it does not in time.
    pub async fn await_text(&self, test: &str, part: &str) -> Outcome<String> {
        self.await_text_for(test, part, PATIENCE).await
    }

    /// As [`Self::await_text`], with its own patience.
    ///
    /// # Errors
    /// When it does not in time.
    pub async fn await_text_for(&self, test: &str, part: &str, patience: Duration) -> Outcome<String> {
        let css = selector(test);
        let what = format!("{css} to say “{part}”");
        let found = eventually(&what, patience, async || {
            let mut texts = Vec::new();
            for element in self.shown(&css).await? {
                let text = text_of(&element).await;
                if text.contains(part) {
                    return Ok(Look::Found(text));
                }
                texts.push(text);
            }
            Ok(Look::NotYet(format!("{texts:?}")))
        });
        self.or_with_page(found.await).await
    }

    /// Waits until a notice names this cause of a failure, and gives what it says.
    ///
    /// # Errors
    /// When it does not in time.
    pub async fn await_cause(&self, test: &str, cause: &str) -> Outcome<String> {
        let css = format!("[data-test=\"{test}\"][data-cause=\"{cause}\"]");
        Ok(text_of(&self.find_css(&css).await?).await)
    }

    /// Chooses a file in the dialog of the system that has this title, by typing its path.
    ///
    /// # Errors
    /// When the dialog does not appear.
    pub async fn choose_in_dialog(&self, title: &str, path: &Path) -> Outcome {
        let dialog = system_dialog(title).await?;
        // The first slash opens the field for paths, and what is typed until it is open is lost: slashes that may be.
        let path = format!("{}{}", "/".repeat(12), path.display());
        run("xdotool", &["windowfocus", "--sync", &dialog, "type", "--delay", "20", &path]).await?;
        run("xdotool", &["key", "Return"]).await.map(drop)
    }

    /// Saves a file in the dialog of the system that has this title, by typing its path over the name that is proposed.
    ///
    /// # Errors
    /// When the dialog does not appear.
    pub async fn save_in_dialog(&self, title: &str, path: &Path) -> Outcome {
        let dialog = system_dialog(title).await?;
        run("xdotool", &["windowfocus", "--sync", &dialog, "key", "ctrl+a"]).await?;
        run("xdotool", &["type", "--delay", "20", &path.to_string_lossy()]).await?;
        run("xdotool", &["key", "Return"]).await.map(drop)
    }

    /// Waits until no element of this name is shown.
    ///
    /// # Errors
    /// When it stays.
    pub async fn await_gone(&self, test: &str) -> Outcome {
        let css = selector(test);
        eventually(&format!("{css} to go"), PATIENCE, async || {
            Ok(match self.shown(&css).await?.first() {
                Some(element) => Look::NotYet(text_of(element).await),
                None => Look::Found(()),
            })
        })
        .await
    }

    /// Whether an element is shown now.
    ///
    /// # Errors
    /// When the page cannot be asked.
    pub async fn shows(&self, test: &str) -> Outcome<bool> {
        Ok(!self.shown(&selector(test)).await?.is_empty())
    }

    /// How many elements of this name there are.
    ///
    /// # Errors
    /// When the page cannot be asked.
    pub async fn count(&self, test: &str) -> Outcome<usize> {
        Ok(self.shown(&selector(test)).await?.len())
    }

    /// Runs a script in the page. For looking only: what a person does is done by clicks and keys.
    ///
    /// # Errors
    /// When it throws.
    pub async fn execute(&self, script: &str) -> Outcome<Value> {
        Ok(self.web.execute(script, Vec::new()).await?.json().clone())
    }

    /// All text on the page, shortened.
    pub async fn visible_text(&self) -> String {
        let text = self.execute("return document.body.innerText").await;
        let text = text.ok().and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default();
        text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(600).collect()
    }

    /// Waits until the page has been painted and nothing moves any more. Never ends while the window is hidden.
    ///
    /// # Errors
    /// When the page cannot be asked.
    pub async fn await_painted(&self) -> Outcome {
        const PAINTED: &str = "const done = arguments[0]; \
            const finite = document.getAnimations().filter((one) => one.effect.getComputedTiming().iterations !== Infinity); \
            Promise.allSettled(finite.map((one) => one.finished)) \
                .then(() => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))";
        self.web.execute_async(PAINTED, Vec::new()).await?;
        Ok(())
    }

    /// A picture of the page, as it is on the screen: WebDriver's own never comes from a page that the processor draws.
    ///
    /// # Errors
    /// When it cannot be taken or written.
    pub async fn screenshot(&self, path: &Path) -> Outcome {
        self.await_painted().await?;
        let Area { x, y, width, height } = page_on_screen().await?;
        let part = format!("{width}x{height}+{x}+{y}");
        run("import", &["-window", "root", "-crop", &part, "+repage", &path.to_string_lossy()]).await.map(drop)
    }

    /// What a telephone reads that is held before the screen: the one QR code on it.
    ///
    /// # Errors
    /// When the element does not appear, or there is not exactly one code that can be read.
    pub async fn scan(&self, test: &str) -> Outcome<String> {
        self.find(test).await?;
        self.await_painted().await?;
        let Area { x, y, width, height } = page_on_screen().await?;
        let (part, folder) = (format!("{width}x{height}+{x}+{y}"), private_folder()?);
        let path = folder.path().join("page.gray");
        let to = format!("gray:{}", path.display());
        run("import", &["-window", "root", "-crop", &part, "+repage", "-depth", "8", &to]).await?;
        let (shades, width, height) = (std::fs::read(path)?, usize::from(width), usize::from(height));
        let shade = |x: usize, y: usize| shades.get(y * width + x).copied().unwrap_or_default();
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, shade);
        let read: Vec<_> = image.detect_grids().iter().map(rqrr::Grid::decode).collect();
        match read.as_slice() {
            [Ok((_, text))] => Ok(text.clone()),
            other => Err(StepError::Wrong(format!("codes on the screen: {other:?}"))),
        }
    }

    /// The middle of an element in the page.
    ///
    /// # Errors
    /// When the element does not appear.
    pub async fn place(&self, test: &str) -> Outcome<(i32, i32)> {
        self.place_of(&selector(test)).await
    }

    async fn place_of(&self, css: &str) -> Outcome<(i32, i32)> {
        let rect = self.find_css(css).await?.rect().await?;
        #[expect(clippy::cast_possible_truncation, reason = "positions on a screen fit")]
        let middle = ((rect.x + rect.width / 2.0) as i32, (rect.y + rect.height / 2.0) as i32);
        Ok(middle)
    }

    /// The middle of an element on the screen.
    ///
    /// # Errors
    /// When the element or the window cannot be found.
    pub async fn position(&self, test: &str) -> Outcome<(i32, i32)> {
        self.position_of(&selector(test)).await
    }

    /// The middle of what fits a CSS selector on the screen.
    ///
    /// # Errors
    /// When the element or the window cannot be found.
    pub async fn position_of(&self, css: &str) -> Outcome<(i32, i32)> {
        let (middle, page) = (self.place_of(css).await?, page_on_screen().await?);
        Ok((i32::from(page.x) + middle.0, i32::from(page.y) + middle.1))
    }
}

/// Whether it is at work, and takes no click.
async fn is_busy(element: &WebElement) -> bool {
    element.attr("aria-disabled").await.ok().flatten().as_deref() == Some("true")
}

/// The text an element shows. One that was just replaced has none; the next look finds its successor.
async fn text_of(element: &WebElement) -> String {
    element.prop("innerText").await.ok().flatten().unwrap_or_default()
}

/// The dialog of the system that has this title, once it is shown.
async fn system_dialog(title: &str) -> Outcome<String> {
    let named = format!("^{title}$");
    eventually(&format!("the dialog “{title}”"), PATIENCE, async || {
        let found = run("xdotool", &["search", "--onlyvisible", "--name", &named]).await;
        let found = found.ok().and_then(|ids| ids.lines().next().map(str::to_owned));
        Ok(found.map_or_else(|| Look::NotYet("no such window".to_owned()), Look::Found))
    })
    .await
}

fn selector(test: &str) -> String {
    format!("[data-test=\"{test}\"]")
}
