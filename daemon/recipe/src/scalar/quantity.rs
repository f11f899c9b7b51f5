//! Amounts of bytes and of time, written with their unit.

use std::time::Duration;

use super::{Misread, scalar};
use crate::text;

/// An amount of bytes, such as `512 MiB` or `1.5 GB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(u64);

impl Size {
    /// In bytes.
    #[must_use]
    pub fn bytes(self) -> u64 {
        self.0
    }
}

scalar!(Size, "size", "Bytes with their unit: 512 MiB, 1.5 GB", |text| {
    amount(text, size_unit).map(Size).ok_or_else(|| {
        Misread::new(
            "size-unreadable",
            text!("“{text}” is not a size.", "« {text} » n’est pas une taille."),
            text!(
                "Write a number and a unit: B, kB, MB, GB, TB, KiB, MiB, GiB or TiB, such as \"512 MiB\".",
                "Écrivez un nombre et une unité : B, kB, MB, GB, TB, KiB, MiB, GiB ou TiB, par exemple \"512 MiB\"."
            ),
        )
    })
});

/// A length of time, such as `30 s` or `5 min`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Delay(Duration);

impl Delay {
    pub(crate) const fn from_secs(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// As the standard library's own.
    #[must_use]
    pub fn duration(self) -> Duration {
        self.0
    }
}

scalar!(Delay, "delay", "Time with its unit: 30 s, 5 min, 2 h, 1 d", |text| {
    amount(text, delay_unit)
        .filter(|milliseconds| *milliseconds > 0)
        .map(|milliseconds| Delay(Duration::from_millis(milliseconds)))
        .ok_or_else(|| {
            Misread::new(
                "delay-unreadable",
                text!("“{text}” is not a length of time.", "« {text} » n’est pas une durée."),
                text!(
                    "Write a number above zero and a unit: s, min, h or d, such as \"90 s\".",
                    "Écrivez un nombre supérieur à zéro et une unité : s, min, h ou d, par exemple \"90 s\"."
                ),
            )
        })
});

fn size_unit(unit: &str) -> Option<u64> {
    Some(match unit {
        "B" => 1,
        "kB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        _ => return None,
    })
}

/// In milliseconds.
fn delay_unit(unit: &str) -> Option<u64> {
    Some(match unit {
        "s" => 1_000,
        "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    })
}

/// A number with at most three decimals times its unit, without a float on the
/// way: what is written is what is meant.
fn amount(text: &str, unit: impl Fn(&str) -> Option<u64>) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, rest) = text.split_at_checked(end)?;
    let unit = unit(rest.strip_prefix(' ').unwrap_or(rest))?;
    let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
    if decimals.is_empty() || decimals.len() > 3 {
        return None;
    }
    let whole: u64 = whole.parse().ok()?;
    let thousandths: u64 = format!("{decimals:0<3}").parse().ok()?;
    let parts = u128::from(whole) * 1000 + u128::from(thousandths);
    u64::try_from(parts * u128::from(unit) / 1000).ok()
}

#[cfg(test)]
mod tests {
    use super::{Delay, Size};
    use crate::scalar::Scalar;

    #[test]
    fn sizes_have_units_of_both_families() {
        assert_eq!(Size::read("512 MiB").unwrap().bytes(), 512 << 20);
        assert_eq!(Size::read("1.5GB").unwrap().bytes(), 1_500_000_000);
        assert_eq!(Size::read("0.125 KiB").unwrap().bytes(), 128);
        for wrong in
            ["512", "MiB", "512 mb", "1.2345 GB", "1. GB", "-1 B", "99999999999 TiB", "1  MiB"]
        {
            assert!(Size::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn delays_are_above_zero_and_have_units() {
        assert_eq!(Delay::read("5 min").unwrap().duration().as_secs(), 300);
        assert_eq!(Delay::read("1.5 s").unwrap().duration().as_millis(), 1500);
        for wrong in ["0 s", "5", "5 minutes", ""] {
            assert!(Delay::read(wrong).is_err(), "{wrong}");
        }
    }
}
