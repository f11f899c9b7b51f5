//! What templates can name, and which of it is secret. Texts that others can
//! see (environment, commands, headers) are rendered without the secret part:
//! what is not there cannot slip out.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::Value;

use crate::block::{self, Block, CACHE, DATABASE, DATABASE_NAME, DATABASE_PASSWORD};
use crate::format::{Mail, Question, QuestionKind, RecipeFile};
use crate::template::Variables;
use crate::{Recipe, Release, Setting};

/// Where secrets lie as files, inside a container.
pub(crate) const SECRETS_FOLDER: &str = "/run/secrets";

/// Variables for the two kinds of texts.
pub(crate) struct Facts {
    /// For texts that others can see.
    pub(crate) open: Variables,
    /// For files and for the environment that says why it holds secrets.
    pub(crate) secret: Variables,
}

/// The names that templates may ask for, dotted.
pub(crate) struct Names {
    pub(crate) open: BTreeSet<String>,
    pub(crate) secret: BTreeSet<String>,
}

/// A table of variables while it is filled.
#[derive(Default)]
struct Table {
    open: BTreeMap<String, Value>,
    secret: BTreeMap<String, Value>,
}

impl Table {
    fn open(&mut self, name: &str, value: impl Into<Value>) {
        self.open.insert(name.to_owned(), value.into());
    }

    fn secret(&mut self, name: &str, value: impl Into<Value>) {
        self.secret.insert(name.to_owned(), value.into());
    }
}

impl Facts {
    /// The variables of one service.
    pub(crate) fn of(recipe: &Recipe, release: &Release, setting: &Setting<'_>) -> Self {
        let file = &recipe.file;
        let mut facts = Self { open: Variables::new(), secret: Variables::new() };
        facts.plain(file, release, setting);
        facts.table("answer", answers(&file.question, setting.answers));
        facts.table("secret", secrets(recipe, setting.secrets));
        facts.table("secret_file", secret_files(recipe));
        if let Some(block) = block::database(file) {
            facts.table("database", database(block, release, setting.secrets));
        }
        if let Some(block) = block::cache(file) {
            facts.table("cache", cache(file, block));
        }
        facts
    }

    /// The same facts on a box that forwards mail: for trying templates out.
    pub(crate) fn with_mail(mut self) -> Self {
        if self.open.contains_key("mail") {
            let mut mail = Table::default();
            mail.open("host", "mail.example");
            mail.open("port", 25);
            mail.open("from", "service@service.example");
            self.table("mail", mail);
        }
        self
    }

    /// Names that lead to a value at once, and small tables without secrets.
    fn plain(&mut self, file: &RecipeFile, release: &Release, setting: &Setting<'_>) {
        let domain = setting.domains.first().map(String::as_str).unwrap_or_default();
        let url = match setting.https_port {
            443 => format!("https://{domain}"),
            port => format!("https://{domain}:{port}"),
        };
        let mut top = Table::default();
        top.open("domain", domain);
        top.open("domains", setting.domains.to_vec());
        top.open("url", url);
        top.open("front_door", setting.front_door);
        if file.mail != Mail::None {
            // The box has no forwarder of mail yet: templates ask whether there is one.
            top.open("mail", ());
        }
        self.open.extend(top.open.clone());
        self.secret.extend(top.open);

        let mut service = Table::default();
        service.open("name", setting.service);
        self.table("service", service);
        let mut version = Table::default();
        version.open("version", release.version());
        version.open("revision", release.revision());
        self.table("release", version);
    }

    fn table(&mut self, name: &str, table: Table) {
        let mut all = table.open.clone();
        all.extend(table.secret);
        self.open.insert(name.to_owned(), Value::from(table.open));
        self.secret.insert(name.to_owned(), Value::from(all));
    }
}

impl Names {
    /// The names that the variables of a service have.
    pub(crate) fn of(facts: &Facts) -> Self {
        Self { open: dotted(&facts.open), secret: dotted(&facts.secret) }
    }
}

/// The names of variables: those of tables with their members.
fn dotted(variables: &Variables) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (name, value) in variables {
        if value.kind() != minijinja::value::ValueKind::Map {
            names.insert(name.clone());
            continue;
        }
        for member in value.try_iter().into_iter().flatten() {
            names.insert(format!("{name}.{member}"));
        }
    }
    if variables.contains_key("mail") {
        names.extend(["host", "port", "from"].map(|member| format!("mail.{member}")));
    }
    names
}

fn answers(questions: &[Question], given: &BTreeMap<String, String>) -> Table {
    let mut table = Table::default();
    for question in questions {
        let key = question.key.as_str();
        let Some(answer) = given.get(key) else { continue };
        match question.kind {
            QuestionKind::Password => table.secret(key, answer.as_str()),
            QuestionKind::Boolean => table.open(key, answer == "true"),
            QuestionKind::Number => match answer.parse::<i64>() {
                Ok(number) => table.open(key, number),
                // No answer is the empty text, as for every other kind.
                Err(_) => table.open(key, ""),
            },
            QuestionKind::Text | QuestionKind::Email | QuestionKind::Choice => {
                table.open(key, answer.as_str());
            }
        }
    }
    table
}

fn secrets(recipe: &Recipe, had: &BTreeMap<String, String>) -> Table {
    let mut table = Table::default();
    for spec in recipe.secrets() {
        if let Some(secret) = had.get(&spec.name) {
            table.secret(&spec.name, secret.as_str());
        }
    }
    table
}

fn secret_files(recipe: &Recipe) -> Table {
    let mut table = Table::default();
    for spec in recipe.secrets() {
        table.open(&spec.name, format!("{SECRETS_FOLDER}/{}", spec.name));
    }
    table
}

fn database(block: &Block, release: &Release, secrets: &BTreeMap<String, String>) -> Table {
    let mut table = Table::default();
    let (port, scheme) = (block.port, block.scheme.as_str());
    table.open("host", DATABASE);
    table.open("port", port);
    table.open("name", DATABASE_NAME);
    table.open("user", DATABASE_NAME);
    table.open("major", release.database_major().unwrap_or_default());
    if let Some(password) = secrets.get(DATABASE_PASSWORD) {
        let person = format!("{DATABASE_NAME}:{password}");
        table.secret("password", password.as_str());
        table.secret("url", format!("{scheme}://{person}@{DATABASE}:{port}/{DATABASE_NAME}"));
    }
    table
}

fn cache(file: &RecipeFile, block: &Block) -> Table {
    let mut table = Table::default();
    let (port, scheme) = (block.port, block.scheme.as_str());
    table.open("host", CACHE);
    table.open("port", port);
    table.open("url", format!("{scheme}://{CACHE}:{port}"));
    // The rest is for the program itself and for holes between what it keeps:
    // three quarters filled by many small values ran into a limit of 64 MiB.
    table.open("memory", block::memory(file, block).bytes() / 2);
    table
}
