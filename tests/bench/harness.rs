//! The harness of every benchmark: ours beside a peer or a floor, interleaved in one run, so that the machine's mood weighs
//! on both alike. What counts is the ratio of medians; the minimum shows what is possible.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use storm_tests::Outcome;

/// The name of our own entry in every benchmark.
pub const OURS: &str = "ours";

/// One measured thing.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// `ours`, or the name of the peer or floor.
    pub name: String,
    /// What it is, in a sentence.
    pub what: String,
    samples: Vec<f64>,
    /// The middle sample.
    pub median: f64,
    /// The least sample.
    pub min: f64,
    /// What 99 of 100 samples do not exceed; with few samples, the greatest.
    pub p99: f64,
    /// Our median divided by this one's; 1 for ourselves, under 1 where we are better.
    pub ours_to_this: f64,
}

/// One benchmark: the same thing done by us and by others.
#[derive(Debug, Serialize)]
pub struct Benchmark {
    /// Its name, which is its file's too.
    pub name: &'static str,
    /// What a sample is, such as `ms`.
    pub unit: &'static str,
    /// The entries, ours first.
    pub entries: Vec<Entry>,
    /// Peers that are not installed here, so that their absence is not taken for a victory.
    pub missing: Vec<String>,
    /// Whether ours was built without optimisation, so that its figures say little.
    pub is_debug_build: bool,
}

/// Collects the samples of one benchmark, round by round.
pub struct Rounds {
    name: &'static str,
    unit: &'static str,
    what: Vec<(String, String)>,
    samples: BTreeMap<String, Vec<f64>>,
    missing: Vec<String>,
}

impl Rounds {
    /// An empty one.
    pub fn new(name: &'static str, unit: &'static str) -> Self {
        Self { name, unit, what: Vec::new(), samples: BTreeMap::new(), missing: Vec::new() }
    }

    /// Announces an entry; ours comes first.
    pub fn announce(&mut self, name: &str, what: impl Into<String>) {
        self.what.push((name.to_owned(), what.into()));
    }

    /// Says that a peer is not here.
    pub fn miss(&mut self, name: &str) {
        eprintln!("{}: {name} is missing here, so nothing is compared with it", self.name);
        self.missing.push(name.to_owned());
    }

    /// Adds a sample.
    pub fn add(&mut self, name: &str, sample: f64) {
        self.samples.entry(name.to_owned()).or_default().push(sample);
    }

    /// Works the figures out.
    pub fn finish(mut self) -> Benchmark {
        let ours = median(self.samples.get(OURS).map_or(&[], Vec::as_slice));
        let entry = |(name, what): (String, String)| {
            let samples = self.samples.remove(&name).unwrap_or_default();
            let (median, min) = (median(&samples), samples.iter().copied().fold(f64::INFINITY, f64::min));
            Entry { name, what, median, min, p99: p99(&samples), ours_to_this: ours / median, samples }
        };
        let entries = std::mem::take(&mut self.what).into_iter().map(entry).collect();
        let is_debug_build = cfg!(debug_assertions);
        Benchmark { name: self.name, unit: self.unit, entries, missing: self.missing, is_debug_build }
    }
}

fn sorted(samples: &[f64]) -> Vec<f64> {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// The sample that 99 of 100 do not exceed; not a number when there are none.
fn p99(samples: &[f64]) -> f64 {
    let rank = (samples.len() * 99).div_ceil(100);
    sorted(samples).get(rank.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}

/// The middle of the samples; not a number when there are none.
fn median(samples: &[f64]) -> f64 {
    let sorted = sorted(samples);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

impl Benchmark {
    /// A table for people on standard output, and everything for programs in `FOLDER/NAME.json`.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn report(&self, folder: &Path) -> Outcome {
        let build = if self.is_debug_build { ", debug build" } else { "" };
        println!("\n{} ({}{build})", self.name, self.unit);
        println!("  {:<20} {:>10} {:>10} {:>10} {:>14}  what", "", "median", "min", "p99", "ours / this");
        for entry in &self.entries {
            let Entry { name, what, median, min, p99, ours_to_this, .. } = entry;
            println!("  {name:<20} {median:>10.3} {min:>10.3} {p99:>10.3} {ours_to_this:>14.3}  {what}");
        }
        for name in &self.missing {
            println!("  {name:<20} {:>10}", "missing");
        }
        std::fs::write(folder.join(format!("{}.json", self.name)), serde_json::to_vec_pretty(self)?)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_whatever_the_order() {
        assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!((median(&[4.0, 1.0, 3.0, 2.0]) - 2.5).abs() < f64::EPSILON);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn ninety_nine_of_a_hundred_do_not_exceed_the_p99() {
        let samples: Vec<f64> = (1..=200).rev().map(f64::from).collect();
        assert!((p99(&samples) - 198.0).abs() < f64::EPSILON);
        assert!((p99(&[4.0, 5.0]) - 5.0).abs() < f64::EPSILON);
        assert!(p99(&[]).is_nan());
    }

    #[test]
    fn the_ratio_is_of_medians_and_under_one_where_we_are_better() {
        let mut rounds = Rounds::new("pace", "ms");
        rounds.announce(OURS, "us");
        rounds.announce("peer", "them");
        for (ours, theirs) in [(1.0, 2.0), (1.0, 4.0), (100.0, 4.0)] {
            rounds.add(OURS, ours);
            rounds.add("peer", theirs);
        }
        let done = rounds.finish();
        assert!((done.entries[1].ours_to_this - 0.25).abs() < f64::EPSILON);
        assert!((done.entries[0].ours_to_this - 1.0).abs() < f64::EPSILON);
    }
}
