//! The page of the recovery kit. It is read on the worst of days, by somebody
//! who perhaps has never seen the box: every command is there to be copied.

use std::path::PathBuf;

use jiff::civil::Date;

use super::key::KitKey;
use crate::repository::Tag;

/// The language of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KitLanguage {
    /// English.
    English,
    /// French.
    French,
}

/// A repository that the key opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KitPlace {
    /// What people call it: "the blue disk".
    pub name: String,
    /// The folder of the repository, as the box sees it.
    pub repository: PathBuf,
    /// The identity of its filesystem, which a disk keeps wherever it is plugged in.
    pub filesystem: Option<String>,
}

/// What a page says.
#[derive(Debug, Clone)]
pub struct KitFacts {
    /// The box's name.
    pub box_name: String,
    /// When the kit was made.
    pub made: Date,
    /// The key.
    pub key: KitKey,
    /// Where the snapshots are.
    pub places: Vec<KitPlace>,
    /// The services, each by its name and by the tag that its snapshots carry.
    pub services: Vec<(String, Tag)>,
}

/// Where the page has somebody put what comes back.
const BACK: [&str; 2] = ["/root/back", "/root/retour"];

/// Writes the page. The key can be read back from it with [`key_in_page`](super::key_in_page).
#[must_use]
pub fn kit_page(facts: &KitFacts, language: KitLanguage) -> String {
    match language {
        KitLanguage::English => english(facts),
        KitLanguage::French => french(facts),
    }
}

fn english(facts: &KitFacts) -> String {
    let [back, _] = BACK;
    let mut page = Page::default();
    page.title(&format!("Recovery kit of {}", facts.box_name));
    page.paragraph(&format!("Made on {}.", facts.made.strftime("%-d %B %Y")));
    page.paragraph(
        "With this page and the disk that holds the snapshots, everything comes back, even if \
         the box is lost.\nWhoever has both can read everything. Keep the page away from the disk.",
    );
    page.title("The key");
    page.block(facts.key.reveal());
    page.paragraph(
        "Type it with its hyphens, in capitals. It holds no 0, no O, no 1, no I and no L.",
    );
    page.title("Where the snapshots are");
    for place in &facts.places {
        page.place(place, "disk:", "folder:");
    }
    page.title("Bringing it all back");
    page.paragraph("On any machine with Debian or Ubuntu, as root. First get the program:");
    page.block("apt install restic");
    page.paragraph("See what there is. It asks for the key. The folder may be another one here:");
    page.blocks(facts.places.iter().map(listing));
    if let Some(place) = facts.places.first() {
        page.paragraph(&format!("Bring a service back, into {back}:"));
        page.blocks(facts.services.iter().map(|(name, tag)| restoring(place, name, tag, back)));
        page.paragraph(
            "A service’s files come back as they were. Its database, where it has one, lies beside \
             them as text,\nin .panier/dump: give roles.sql, then database.sql, to psql or to mariadb.",
        );
        page.paragraph("Look whether all that is kept can still be read:");
        page.block(&format!("restic -r {} check --read-data", quoted(place)));
    }
    page.paragraph("More about this program: https://restic.readthedocs.io");
    page.text
}

fn french(facts: &KitFacts) -> String {
    let [_, back] = BACK;
    let mut page = Page::default();
    page.title(&format!("Kit de secours de {}", facts.box_name));
    page.paragraph(&format!("Établi le {}.", french_date(facts.made)));
    page.paragraph(
        "Avec cette page et le disque qui contient les sauvegardes, tout revient, même si la \
         boîte est perdue.\nQui a les deux peut tout lire. Gardez la page loin du disque.",
    );
    page.title("La clé");
    page.block(facts.key.reveal());
    page.paragraph(
        "Tapez-la avec ses tirets, en majuscules. Elle ne contient ni 0, ni O, ni 1, ni I, ni L.",
    );
    page.title("Où sont les sauvegardes");
    for place in &facts.places {
        page.place(place, "disque\u{a0}:", "dossier\u{a0}:");
    }
    page.title("Tout récupérer");
    page.paragraph(
        "Sur n’importe quelle machine sous Debian ou Ubuntu, en tant que root. D’abord, le programme\u{a0}:",
    );
    page.block("apt install restic");
    page.paragraph(
        "Pour voir ce qu’il y a. La clé est demandée. Le dossier est peut-être un autre ici\u{a0}:",
    );
    page.blocks(facts.places.iter().map(listing));
    if let Some(place) = facts.places.first() {
        page.paragraph(&format!("Pour récupérer un service, dans {back}\u{a0}:"));
        page.blocks(facts.services.iter().map(|(name, tag)| restoring(place, name, tag, back)));
        page.paragraph(
            "Les fichiers d’un service reviennent tels quels. Sa base, s’il en a une, est à côté, en \
             texte,\ndans .panier/dump\u{a0}: donnez roles.sql, puis database.sql, à psql ou à mariadb.",
        );
        page.paragraph("Pour vérifier que tout ce qui est gardé se lit encore\u{a0}:");
        page.block(&format!("restic -r {} check --read-data", quoted(place)));
    }
    page.paragraph("Pour en savoir plus sur ce programme\u{a0}: https://restic.readthedocs.io");
    page.text
}

fn listing(place: &KitPlace) -> String {
    format!("restic -r {} snapshots", quoted(place))
}

fn restoring(place: &KitPlace, name: &str, tag: &Tag, back: &str) -> String {
    let into = quote(&format!("{back}/{name}"));
    format!(
        "restic -r {} restore latest --tag {} --target {into}",
        quoted(place),
        quote(tag.as_str())
    )
}

fn quoted(place: &KitPlace) -> String {
    quote(&place.repository.to_string_lossy())
}

/// As a shell takes it for one word; bare where nothing in it means anything to a shell.
fn quote(text: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-=:+".contains(letter);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

fn french_date(date: Date) -> String {
    const MONTHS: [&str; 12] = [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ];
    let month =
        usize::try_from(date.month()).ok().and_then(|month| MONTHS.get(month.checked_sub(1)?));
    let day = if date.day() == 1 { "1er".to_owned() } else { date.day().to_string() };
    format!("{day} {} {}", month.unwrap_or(&""), date.year())
}

/// Plain text that is as readable on paper as on a screen.
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn title(&mut self, title: &str) {
        let line: String = title.chars().map(|_| '─').collect();
        self.text.push_str(&format!("{title}\n{line}\n\n"));
    }

    fn paragraph(&mut self, text: &str) {
        self.text.push_str(&format!("{text}\n\n"));
    }

    /// A line to be copied.
    fn block(&mut self, line: &str) {
        self.blocks([line.to_owned()].into_iter());
    }

    fn blocks(&mut self, lines: impl Iterator<Item = String>) {
        for line in lines {
            self.text.push_str(&format!("    {line}\n"));
        }
        self.text.push('\n');
    }

    fn place(&mut self, place: &KitPlace, disk: &str, folder: &str) {
        self.text.push_str(&format!("  • {}\n", place.name));
        self.text.push_str(&format!("    {folder} {}\n", place.repository.display()));
        if let Some(filesystem) = &place.filesystem {
            self.text.push_str(&format!("    {disk} UUID {filesystem}\n"));
        }
        self.text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::super::key_in_page;
    use super::*;

    fn facts() -> KitFacts {
        let key = KitKey::draw(|bytes| {
            (0..).zip(bytes).for_each(|(value, byte)| *byte = value * 7);
            Ok::<(), ()>(())
        });
        let tag = |name: &str| Tag::try_from(format!("service={name}")).unwrap();
        KitFacts {
            box_name: "maison".into(),
            made: jiff::civil::date(2026, 11, 1),
            key: key.unwrap(),
            places: vec![
                KitPlace {
                    name: "Disque bleu d’Anne".into(),
                    repository: "/media/anne's disk/panier/repository".into(),
                    filesystem: Some("5f0c1f2e-7d0b-4a55-9e0c-0e0f6a8e2b11".into()),
                },
                KitPlace {
                    name: "NAS".into(),
                    repository: "/mnt/nas/repository".into(),
                    filesystem: None,
                },
            ],
            services: ["pads", "depenses"].map(|name| (name.to_owned(), tag(name))).into(),
        }
    }

    #[test]
    fn the_page_says_all_that_is_needed_in_both_languages() {
        insta::assert_snapshot!("english", kit_page(&facts(), KitLanguage::English));
        insta::assert_snapshot!("french", kit_page(&facts(), KitLanguage::French));
    }

    #[test]
    fn the_key_is_read_back_from_the_page() {
        for language in [KitLanguage::English, KitLanguage::French] {
            let page = kit_page(&facts(), language);
            assert_eq!(key_in_page(&page), Ok(facts().key));
            assert_eq!(key_in_page(&page.to_lowercase()), Ok(facts().key));
        }
    }

    #[test]
    fn a_page_whose_key_was_copied_wrong_says_which_group() {
        use super::super::KitKeyError;
        let page = kit_page(&facts(), KitLanguage::English);
        let key = facts().key;
        let mut groups: Vec<&str> = key.reveal().split('-').collect();
        groups.swap(2, 3);
        let wrong = page.replace(key.reveal(), &groups.join("-"));
        assert_eq!(key_in_page(&wrong), Err(KitKeyError::Group { group: 3 }));
        assert_eq!(key_in_page(&page.replace(key.reveal(), "")), Err(KitKeyError::Missing));
    }

    #[test]
    fn a_shell_takes_a_path_for_one_word() {
        assert_eq!(quote("/mnt/disk"), "/mnt/disk");
        assert_eq!(quote("/mnt/a b$c"), "'/mnt/a b$c'");
        assert_eq!(quote("anne's"), r"'anne'\''s'");
        assert_eq!(quote(""), "''");
    }
}
