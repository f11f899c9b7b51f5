//! Many measurements of one thing, and how they are said.

/// The middle one, with the least and the most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spread {
    pub(crate) least: f64,
    pub(crate) middle: f64,
    pub(crate) most: f64,
}

impl Spread {
    pub(crate) fn of(figures: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = figures.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
        let half = sorted.len() / 2;
        let middle = if sorted.len().is_multiple_of(2) {
            f64::midpoint(at(half.saturating_sub(1)), at(half))
        } else {
            at(half)
        };
        Self { least: at(0), middle, most: at(sorted.len().saturating_sub(1)) }
    }

    /// With so many digits after the point.
    pub(crate) fn said(self, digits: usize) -> String {
        let Self { least, middle, most } = self;
        format!("{middle:.digits$} ({least:.digits$}–{most:.digits$})")
    }
}

/// A table in Markdown.
pub(crate) fn table(heads: &[&str], rows: &[Vec<String>]) {
    println!("\n| {} |", heads.join(" | "));
    println!("|{}", "---|".repeat(heads.len()));
    for row in rows {
        println!("| {} |", row.join(" | "));
    }
}
