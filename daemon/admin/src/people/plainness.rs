//! Passwords that are guessed first are refused when they are chosen. Length is
//! what counts; there are no rules on kinds of signs, which lead people to
//! `Password1!`.

use recipe::Trouble;

use super::troubles;

/// Signs, not bytes.
const FEWEST_SIGNS: usize = 10;
/// `aaaaaaaaaa`, `1212121212`.
const FEWEST_KINDS: usize = 5;
/// `azerty12345` is two runs, `123qwe123qwe` is four.
const MOST_RUNS: usize = 4;

/// Rows of keyboards, of the alphabet and of numbers, to be walked either way.
const ROWS: [&str; 12] = [
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "qwertyuiop",
    "qwertzuiop",
    "asdfghjkl",
    "zxcvbnm",
    "yxcvbnm",
    "&é\"'(-è_çà)=",
    "!@#$%^&*()_+",
];

/// Words that lists of stolen passwords begin with, in the languages of this
/// box's people, and those that lie near at hand here.
const WORDS: [&str; 60] = [
    "admin",
    "administrateur",
    "administration",
    "administrator",
    "amour",
    "anniversaire",
    "association",
    "azerty",
    "azertyuiop",
    "baseball",
    "basketball",
    "bienvenue",
    "bonjour",
    "changeme",
    "changezmoi",
    "chaton",
    "chatons",
    "chocolat",
    "chouchou",
    "computer",
    "coucou",
    "debian",
    "default",
    "doudou",
    "football",
    "framasoft",
    "iloveyou",
    "jetaime",
    "letmein",
    "liverpool",
    "loulou",
    "maison",
    "marseille",
    "minecraft",
    "monmotdepasse",
    "motdepasse",
    "nextcloud",
    "nicolas",
    "ordinateur",
    "panier",
    "paris",
    "parisien",
    "pass",
    "passe",
    "passw",
    "password",
    "pokemon",
    "princess",
    "princesse",
    "qwerty",
    "qwertyuiop",
    "raspberry",
    "secret",
    "soleil",
    "sunshine",
    "superman",
    "test",
    "trustno",
    "welcome",
    "yunohost",
];

/// Refuses a password that is too short or among the first to be tried.
pub(super) fn check(password: &str, base_domain: &str) -> Result<(), Trouble> {
    if password.chars().count() < FEWEST_SIGNS {
        return Err(troubles::password_too_short(FEWEST_SIGNS));
    }
    let signs: Vec<char> = password.to_lowercase().chars().collect();
    if is_monotonous(&signs) || is_walk(&signs) || is_word(&signs, base_domain) {
        return Err(troubles::password_too_plain());
    }
    Ok(())
}

fn is_monotonous(signs: &[char]) -> bool {
    let mut kinds = signs.to_vec();
    kinds.sort_unstable();
    kinds.dedup();
    kinds.len() < FEWEST_KINDS
}

/// Whether it is a few runs along rows.
fn is_walk(signs: &[char]) -> bool {
    let breaks = signs.windows(2).filter(|pair| match pair {
        [from, to] => from != to && !ROWS.iter().any(|row| are_neighbours(row, *from, *to)),
        _ => false,
    });
    breaks.count() < MOST_RUNS
}

fn are_neighbours(row: &str, from: char, to: char) -> bool {
    let mut pairs = row.chars().zip(row.chars().skip(1));
    pairs.any(|pair| pair == (from, to) || pair == (to, from))
}

/// Whether its letters are one of the words, once or several times, or the
/// box's own name.
fn is_word(signs: &[char], base_domain: &str) -> bool {
    let whole: String = signs.iter().collect();
    // `P@ssw0rd2026`: at the ends, signs stand for themselves.
    let within = whole.trim_matches(|sign: char| !sign.is_alphabetic());
    let readings = [
        whole.chars().filter_map(letter).collect::<String>(),
        within.chars().filter_map(letter).collect(),
        whole.chars().filter(|sign| sign.is_alphabetic()).collect(),
    ];
    let own = base_domain.to_lowercase();
    let own_letters: String = own.chars().filter(|sign| sign.is_alphabetic()).collect();
    let own_label = own.split('.').next().unwrap_or_default();
    let words = WORDS.iter().copied().chain([own_letters.as_str(), own_label]);
    words.filter(|word| !word.is_empty()).any(|word| {
        readings.iter().any(|said| !said.is_empty() && said.replace(word, "").is_empty())
    })
}

/// The letter that a sign is or stands for.
fn letter(sign: char) -> Option<char> {
    match sign {
        '0' => Some('o'),
        '1' | '!' => Some('i'),
        '3' => Some('e'),
        '4' | '@' => Some('a'),
        '5' | '$' => Some('s'),
        '7' => Some('t'),
        letter => letter.is_alphabetic().then_some(letter),
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    fn code(password: &str) -> Option<String> {
        check(password, "maison.example").err().map(|trouble| trouble.code)
    }

    #[test]
    fn signs_are_counted_and_not_bytes() {
        assert_eq!(code("éèàùçêëîô").as_deref(), Some("password-too-short"));
        assert_eq!(code("neuf.sign").as_deref(), Some("password-too-short"));
    }

    #[test]
    fn the_plainest_are_refused() {
        for plain in [
            "aaaaaaaaaaaa",
            "1212121212",
            "1234567890",
            "0987654321",
            "azertyuiop",
            "AZERTYUIOP",
            "qwerty123456",
            "azerty12345",
            "abcdefghijkl",
            "qwertzuiop",
            "123qwe123qwe",
            "password123",
            "P@ssw0rd2026",
            "Motdepasse1",
            "monmotdepasse!",
            "passwordpassword",
            "Bienvenue2026",
            "administrateur",
            "panierpanier",
            "iloveyou!!!!",
            "maison1234567",
            "maison.example",
            "Soleil123456",
        ] {
            assert_eq!(code(plain).as_deref(), Some("password-too-plain"), "{plain}");
        }
    }

    #[test]
    fn what_people_choose_with_a_little_thought_is_taken() {
        for good in [
            "trois petits chats",
            "correct horse",
            "Vive les radis 7",
            "mon chat dort",
            "j’aime le pain",
            "kX7!mQ2#pL",
            "été au jardin",
            "le panier de mamie",
            "passage à gué 12",
            "3 poules rousses",
        ] {
            assert_eq!(code(good), None, "{good}");
        }
    }
}
