//! What a box makes of itself at its first start: its identity, its base
//! domain, the folders, and the page for whoever inherits it.

use std::path::Path;

use ledger::{BoxFacts, Ledger};
use recipe::{Text, Trouble, text};

use crate::configuration::Configuration;

/// Bytes that the folder in memory may grow to; it takes up only what it holds.
const SECRETS_ROOM: u64 = 64 * 1024 * 1024;

/// Makes the folders of a box; those that are there stay as they are. The
/// secrets' folder is put into memory.
pub(crate) fn folders(configuration: &Configuration) -> Result<(), Trouble> {
    let folders: [(&Path, u32); 5] = [
        (configuration.state_folder(), 0o711),
        (configuration.run_folder(), 0o711),
        (&configuration.services_folder(), 0o711),
        (&configuration.trash_folder(), 0o700),
        (&configuration.certificates_folder(), 0o711),
    ];
    for (folder, mode) in folders {
        system::files::ensure_folder(folder, mode).map_err(|error| cannot_write(folder, &error))?;
    }
    let secrets = configuration.secrets_folder();
    system::files::ensure_folder(&secrets, 0o700)
        .map_err(|error| cannot_write(&secrets, &error))?;
    system::tmpfs::ensure(&secrets, SECRETS_ROOM).map_err(|error| cannot_write(&secrets, &error))
}

/// What this box is: from the ledger, or made now.
pub(crate) fn identity(
    ledger: &Ledger,
    configuration: &Configuration,
) -> Result<BoxFacts, Trouble> {
    if let Some(facts) = ledger.read(|records| records.box_facts()).map_err(|e| unwritten(&e))? {
        return Ok(facts);
    }
    let mut bytes = [0; 8];
    system::random::fill(&mut bytes).map_err(|error| {
        Trouble::new(
            "no-randomness",
            text!("The machine gave no random bytes.", "La machine n’a pas donné d’aléa."),
            text!("Start the daemon again.", "Redémarrez le démon."),
        )
        .because_of(error)
    })?;
    let facts = BoxFacts {
        identity: bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        base_domain: match configuration.base_domain() {
            Some(domain) => domain.to_owned(),
            None => format!("{}.local", plain(&system::identity::hostname())),
        },
    };
    ledger.write(|records| records.set_box_facts(&facts)).map_err(|error| unwritten(&error))?;
    tracing::info!(identity = facts.identity, base = facts.base_domain, "a new box");
    Ok(facts)
}

/// Writes the page for whoever inherits the box.
pub(crate) fn read_me(configuration: &Configuration, facts: &BoxFacts) -> Result<(), Trouble> {
    // The machine's own box is the one that `panier` speaks to unasked.
    let look = match configuration.root() {
        Some(root) => format!("panier --root {} list", root.display()),
        None => "panier list".to_owned(),
    };
    let Text { en, fr } = read_me_text(&look, facts);
    let path = configuration.read_me();
    let whole = format!("{fr}\n\n---\n\n{en}\n");
    if std::fs::read_to_string(&path).is_ok_and(|there| there == whole) {
        return Ok(());
    }
    system::files::write_whole(&path, whole.as_bytes(), 0o644)
        .map_err(|error| cannot_write(&path, &error))
}

fn read_me_text(look: &str, facts: &BoxFacts) -> Text {
    let BoxFacts { identity, base_domain } = facts;
    text!(
        "This folder is a Panier box ({identity}, {base_domain}).\n\
         Panier runs free-software services for the people of this house or association.\n\n\
         - services/ holds their data: one folder a service, one folder a volume, plain files in data/.\n\
         - trash/ holds what was removed and can still come back.\n\
         - ledger.db says what is installed; ledger.key opens its secrets. Keep both, together.\n\
         - certificates/root.pem is the certificate that the household's devices trust.\n\
         - ballast holds nothing: it is room that is given back when the disk is full.\n\n\
         To look around: {look}\n\
         Delete nothing here by hand while Panier runs.",
        "Ce dossier est une boîte Panier ({identity}, {base_domain}).\n\
         Panier fait tourner des services libres pour les gens de cette maison ou de cette association.\n\n\
         - services/ contient leurs données : un dossier par service, un par volume, des fichiers ordinaires dans data/.\n\
         - trash/ contient ce qui a été retiré et peut encore revenir.\n\
         - ledger.db dit ce qui est installé ; ledger.key ouvre ses secrets. Gardez les deux, ensemble.\n\
         - certificates/root.pem est le certificat auquel les appareils de la maison font confiance.\n\
         - ballast ne contient rien : c’est de la place, rendue quand le disque est plein.\n\n\
         Pour regarder : {look}\n\
         Ne supprimez rien ici à la main pendant que Panier tourne."
    )
}

/// A host name as one label of a domain; « panier » where it has none.
pub(super) fn plain(hostname: &str) -> String {
    let first = hostname.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let kept: String = first.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let kept = kept.trim_matches('-');
    if kept.is_empty() { "panier".to_owned() } else { kept.to_owned() }
}

pub(crate) fn unwritten(error: &ledger::LedgerError) -> Trouble {
    Trouble::new(
        "ledger-failed",
        text!(
            "The box's ledger could not be read or written.",
            "Le registre de la boîte n’a pas pu être lu ou écrit."
        ),
        text!(
            "Check that the disk is not full and not failing.",
            "Vérifiez que le disque n’est ni plein ni défaillant."
        ),
    )
    .because_of(error)
}

pub(crate) fn cannot_write(path: &Path, error: &dyn std::error::Error) -> Trouble {
    let place = path.display();
    Trouble::new(
        "folder-failed",
        text!("{place} could not be made ready.", "{place} n’a pas pu être préparé."),
        text!(
            "Check that it can be written to, and that the disk has room.",
            "Vérifiez qu’on peut y écrire et que le disque a de la place."
        ),
    )
    .because_of(error.source().map_or_else(|| error.to_string(), ToString::to_string))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_for_who_inherits_the_box_names_the_command_that_finds_it() {
        let facts = BoxFacts { identity: "0123".into(), base_domain: "box.local".into() };
        let folder = tempfile::tempdir().unwrap();
        let configuration = Configuration::load(Some(folder.path())).unwrap();
        read_me(&configuration, &facts).unwrap();
        let page = std::fs::read_to_string(configuration.read_me()).unwrap();
        let root = configuration.root().unwrap().display().to_string();
        assert_eq!(page.matches(&format!(" panier --root {root} list\n")).count(), 2, "{page}");
        // A packaged box has no folder of its own to name.
        let Text { en, fr } = read_me_text("panier list", &facts);
        assert!(en.contains(": panier list\n") && fr.contains(": panier list\n"));
    }

    #[test]
    fn a_host_name_becomes_one_label() {
        assert_eq!(plain("Boite_Grise.lan"), "boitegrise");
        assert_eq!(plain("--"), "panier");
    }
}
