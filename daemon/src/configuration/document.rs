//! The text of `panier.toml`, key by key, each with its place.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::Range;
use std::path::{Path, PathBuf};

use ledger::SubnetPool;
use recipe::{Text, Trouble, text};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Every table, and every key in it.
const KNOWN: [(&str, &[&str]); 6] = [
    ("listen", &["https", "http"]),
    ("engine", &["socket"]),
    ("paths", &["recipes", "images"]),
    ("box", &["base_domain"]),
    ("networks", &["pool", "resolvers"]),
    ("front_door", &["user"]),
];
const POOL: SubnetPool = SubnetPool { base: Ipv4Addr::new(10, 213, 0, 0), prefix: 16 };
/// A pool must hold at least one service's subnet.
const LONGEST_POOL_PREFIX: u8 = 27;

/// Something wrong at a range of bytes of the text.
#[derive(Debug)]
pub(super) struct Fault {
    range: Range<usize>,
    what: Text,
    hint: Text,
}

impl Fault {
    /// The fault with its file, its line, and the line itself.
    pub(super) fn into_trouble(self, file: &Path, text: &str) -> Trouble {
        let before = text.get(..self.range.start).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let excerpt = text.lines().nth(line - 1).unwrap_or_default().trim();
        let file = file.display();
        let Text { en, fr } = self.what;
        let what = text!("{file}, line {line}: {en}", "{file}, ligne {line} : {fr}");
        let trouble = Trouble::new("configuration-wrong", what, self.hint);
        if excerpt.is_empty() { trouble } else { trouble.because_of(excerpt) }
    }
}

/// A parsed `panier.toml` whose keys are all known.
pub(super) struct Document<'a> {
    root: DeTable<'a>,
}

impl<'a> Document<'a> {
    pub(super) fn parse(source: &'a str) -> Result<Self, Fault> {
        let root = DeTable::parse(source).map_err(|error| {
            let said = error.message();
            Fault {
                range: error.span().unwrap_or_default(),
                what: text!("this is not TOML.", "ce n’est pas du TOML."),
                hint: text!("The reader says: {said}", "Le lecteur dit, en anglais : {said}"),
            }
        })?;
        let document = Self { root: root.into_inner() };
        document.check_keys()?;
        Ok(document)
    }

    fn check_keys(&self) -> Result<(), Fault> {
        for (name, value) in &self.root {
            let tables = KNOWN.iter().map(|(table, _)| *table);
            let Some((_, keys)) = KNOWN.iter().find(|(table, _)| table == name.get_ref()) else {
                return Err(unknown(name.span(), name.get_ref(), &tables.collect::<Vec<_>>()));
            };
            let DeValue::Table(table) = value.get_ref() else {
                return Err(not_a_table(name.span(), name.get_ref()));
            };
            for key in table.keys() {
                if !keys.contains(&key.get_ref().as_ref()) {
                    return Err(unknown(key.span(), key.get_ref(), keys));
                }
            }
        }
        Ok(())
    }

    fn value(&self, table: &str, key: &str) -> Option<&Spanned<DeValue<'a>>> {
        self.root.get(table)?.get_ref().get(key)
    }

    /// A text.
    pub(super) fn text(&self, table: &str, key: &str) -> Result<Option<String>, Fault> {
        self.value(table, key).map(text_of).transpose()
    }

    /// A path, taken from `folder` where it is not absolute.
    pub(super) fn path(
        &self,
        table: &str,
        key: &str,
        folder: &Path,
    ) -> Result<Option<PathBuf>, Fault> {
        Ok(self.text(table, key)?.map(|path| folder.join(path)))
    }

    /// A list of folders.
    pub(super) fn paths(&self, key: &str, folder: &Path) -> Result<Option<Vec<PathBuf>>, Fault> {
        let Some(value) = self.value("paths", key) else { return Ok(None) };
        let all = one_or_many(value).map(|one| text_of(one).map(|path| folder.join(path)));
        all.collect::<Result<_, _>>().map(Some)
    }

    /// One address or several.
    pub(super) fn addresses(&self, key: &str) -> Result<Option<Vec<SocketAddr>>, Fault> {
        let Some(value) = self.value("listen", key) else { return Ok(None) };
        let all = one_or_many(value).map(|one| {
            text_of(one)?.parse().map_err(|_error| Fault {
                range: one.span(),
                what: text!(
                    "this is not an address with a port.",
                    "ce n’est pas une adresse avec un port."
                ),
                hint: text!(
                    "Write such as \"0.0.0.0:443\" or \"[::]:443\".",
                    "Écrivez par exemple \"0.0.0.0:443\" ou \"[::]:443\"."
                ),
            })
        });
        all.collect::<Result<_, _>>().map(Some)
    }

    pub(super) fn base_domain(&self) -> Result<Option<String>, Fault> {
        let Some(value) = self.value("box", "base_domain") else { return Ok(None) };
        let domain = text_of(value)?;
        if is_host_name(&domain) {
            return Ok(Some(domain));
        }
        Err(Fault {
            range: value.span(),
            what: text!("this is not a host name.", "ce n’est pas un nom d’hôte."),
            hint: text!(
                "Write small letters, digits, hyphens and dots, such as \"box.example.org\".",
                "Écrivez des minuscules, des chiffres, des tirets et des points, par exemple \"boite.example.org\"."
            ),
        })
    }

    /// Addresses of resolvers, one or several; none where none are set.
    pub(super) fn resolvers(&self) -> Result<Vec<IpAddr>, Fault> {
        let Some(value) = self.value("networks", "resolvers") else { return Ok(Vec::new()) };
        let all = one_or_many(value).map(|one| {
            text_of(one)?.parse().map_err(|_error| Fault {
                range: one.span(),
                what: text!("this is not an address.", "ce n’est pas une adresse."),
                hint: text!(
                    "Write such as \"192.168.1.1\": where services’ names are looked up.",
                    "Écrivez par exemple \"192.168.1.1\" : où chercher les noms pour les services."
                ),
            })
        });
        all.collect()
    }

    pub(super) fn network_pool(&self) -> Result<SubnetPool, Fault> {
        let Some(value) = self.value("networks", "pool") else { return Ok(POOL) };
        pool_of(&text_of(value)?).ok_or_else(|| Fault {
            range: value.span(),
            what: text!(
                "this is not a private IPv4 range.",
                "ce n’est pas une plage IPv4 privée."
            ),
            hint: text!(
                "Write such as \"10.213.0.0/16\": a private range that nothing else here uses, of /8 to /27.",
                "Écrivez par exemple \"10.213.0.0/16\" : une plage privée que rien d’autre n’utilise ici, de /8 à /27."
            ),
        })
    }
}

fn pool_of(written: &str) -> Option<SubnetPool> {
    let (base, prefix) = written.split_once('/')?;
    let (base, prefix): (Ipv4Addr, u8) = (base.parse().ok()?, prefix.parse().ok()?);
    let fits = (8..=LONGEST_POOL_PREFIX).contains(&prefix) && base.is_private();
    let whole = u32::from(base).trailing_zeros() >= u32::from(32_u8.checked_sub(prefix)?);
    (fits && whole).then_some(SubnetPool { base, prefix })
}

/// Letters, digits and hyphens between dots (RFC 1123), in small letters.
fn is_host_name(name: &str) -> bool {
    name.len() <= 253
        && name.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        })
}

fn one_or_many<'v, 'a>(
    value: &'v Spanned<DeValue<'a>>,
) -> impl Iterator<Item = &'v Spanned<DeValue<'a>>> {
    let (one, many) = match value.get_ref() {
        DeValue::Array(all) => (None, Some(all.iter())),
        _ => (Some(value), None),
    };
    one.into_iter().chain(many.into_iter().flatten())
}

fn text_of(value: &Spanned<DeValue<'_>>) -> Result<String, Fault> {
    match value.get_ref() {
        DeValue::String(text) if !text.is_empty() => Ok(text.to_string()),
        _ => Err(Fault {
            range: value.span(),
            what: text!("this is not a text.", "ce n’est pas un texte."),
            hint: text!(
                "Write it between double quotes, and not empty.",
                "Écrivez-le entre guillemets droits, et non vide."
            ),
        }),
    }
}

fn unknown(range: Range<usize>, name: &str, known: &[&str]) -> Fault {
    let known = known.join(", ");
    Fault {
        range,
        what: text!("“{name}” is not known here.", "« {name} » n’est pas connu ici."),
        hint: text!("What can stand here: {known}.", "Ce qui peut figurer ici : {known}."),
    }
}

fn not_a_table(range: Range<usize>, name: &str) -> Fault {
    Fault {
        range,
        what: text!("“{name}” is a table.", "« {name} » est une table."),
        hint: text!(
            "Write [{name}] on a line of its own, and its keys below.",
            "Écrivez [{name}] seul sur une ligne, et ses clés en dessous."
        ),
    }
}
