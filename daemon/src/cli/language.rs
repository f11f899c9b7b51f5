//! In which language to speak, known before the arguments are read: errors in
//! them are said in it too.

use std::ffi::OsString;

use recipe::Language;

/// What a person set decides, in this order (POSIX, chapter 8): an option, then
/// the first of the locale's variables that is set and not empty.
const VARIABLES: [&str; 3] = ["LC_ALL", "LC_MESSAGES", "LANG"];

/// The language of `--language`, else of the locale.
pub(super) fn choose(
    arguments: &[OsString],
    environment: impl Fn(&str) -> Option<String>,
) -> Language {
    if let Some(language) = asked(arguments) {
        return language;
    }
    let set = |name: &&str| environment(name).filter(|value| !value.is_empty());
    VARIABLES.iter().find_map(set).map_or(Language::En, |locale| Language::of_locale(&locale))
}

/// What `--language` says, wherever it stands; a wrong value is clap's affair.
fn asked(arguments: &[OsString]) -> Option<Language> {
    let mut arguments = arguments.iter().filter_map(|argument| argument.to_str());
    while let Some(argument) = arguments.next() {
        if argument == "--" {
            return None;
        }
        let value = match argument.strip_prefix("--language") {
            Some("") => arguments.next(),
            Some(rest) => rest.strip_prefix('='),
            None => None,
        };
        match value {
            Some("fr") => return Some(Language::Fr),
            Some("en") => return Some(Language::En),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use recipe::Language::{En, Fr};

    use super::choose;

    fn chosen(line: &str, set: &[(&str, &str)]) -> recipe::Language {
        let arguments: Vec<_> = line.split(' ').map(Into::into).collect();
        choose(&arguments, |name| {
            set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_locale_decides() {
        assert_eq!(chosen("panier list", &[("LANG", "fr_FR.UTF-8")]), Fr);
        assert_eq!(chosen("panier list", &[("LANG", "de_DE.UTF-8")]), En);
        assert_eq!(chosen("panier list", &[]), En);
        assert_eq!(chosen("panier list", &[("LC_ALL", "C"), ("LANG", "fr_FR")]), En);
        assert_eq!(chosen("panier list", &[("LC_ALL", ""), ("LC_MESSAGES", "fr")]), Fr);
    }

    #[test]
    fn the_option_decides_before_the_locale() {
        assert_eq!(chosen("panier --language fr list", &[("LANG", "en")]), Fr);
        assert_eq!(chosen("panier list --language=en", &[("LANG", "fr")]), En);
        assert_eq!(chosen("panier list --language xx", &[("LANG", "fr")]), Fr);
        assert_eq!(chosen("panier show -- --language=en", &[("LANG", "fr")]), Fr);
    }
}
