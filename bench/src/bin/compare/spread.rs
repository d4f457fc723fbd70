//! Medians, and how far rounds differ.

use std::fmt;

/// The median of some figures, with the least and the greatest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    least: f64,
    most: f64,
}

impl Spread {
    pub(crate) fn of(figures: &[f64]) -> Option<Self> {
        let mut sorted = figures.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (&least, &most) = (sorted.first()?, sorted.last()?);
        let middle = sorted.len() / 2;
        let median = if sorted.len().is_multiple_of(2) {
            f64::midpoint(sorted[middle - 1], sorted[middle])
        } else {
            sorted[middle]
        };
        Some(Self {
            median,
            least,
            most,
        })
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [median, least, most] = [self.median, self.least, self.most].map(short);
        // The formatter's width is for the whole, which `pad` knows.
        f.pad(&format!("{median} {least}-{most}"))
    }
}

/// A figure in four characters or so.
fn short(figure: f64) -> String {
    match figure.abs() {
        0.0..9.995 => format!("{figure:.2}"),
        9.995..99.95 => format!("{figure:.1}"),
        99.95..9_999.5 => format!("{figure:.0}"),
        9_999.5..999_500.0 => format!("{:.0}k", figure / 1e3),
        _ => format!("{:.1}M", figure / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(Spread::of(&[]), None);
        let spread = Spread::of(&[5.0, 1.0, 30.0]).unwrap();
        assert_eq!(spread.to_string(), "5.00 1.00-30.0");
        assert!((Spread::of(&[4.0, 1.0, 2.0, 9.0]).unwrap().median - 3.0).abs() < 1e-9);
    }

    #[test]
    fn figures_are_short() {
        let shown = [0.4, 9.999, 12.34, 140.2, 12_345.0, 2_000_000.0].map(short);
        assert_eq!(shown, ["0.40", "10.0", "12.3", "140", "12k", "2.0M"]);
    }
}
