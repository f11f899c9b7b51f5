//! What machines say, in words for people.

use std::time::Duration;

use containers::{EngineError, HomeImageError, PullTrouble};
use ledger::LedgerError;
use recipe::{Text, Trouble, text};

/// All causes of an error, one behind the other.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        said.push_str(": ");
        said.push_str(&cause.to_string());
        source = cause.source();
    }
    said
}

pub(crate) fn of_engine(error: &EngineError) -> Trouble {
    let causes = chain(error);
    match error {
        EngineError::Unreachable { socket, .. } => {
            let socket = socket.display();
            Trouble::new(
                "engine-unreachable",
                text!(
                    "The container engine does not answer at {socket}.",
                    "Le moteur de conteneurs ne répond pas à {socket}."
                ),
                text!(
                    "Start it (on Debian: systemctl start docker); Panier goes on by itself.",
                    "Démarrez-le (sous Debian : systemctl start docker) ; Panier reprend tout seul."
                ),
            )
        }
        EngineError::PullFailed { reference, trouble, .. } => of_pull(reference, *trouble),
        EngineError::DiskFull { .. } => disk_full(),
        EngineError::NameTaken { name, .. } => Trouble::new(
            "engine-name-taken",
            text!(
                "Something on this machine that is not Panier's is already named {name}.",
                "Un élément de cette machine, qui n’est pas à Panier, porte déjà le nom {name}."
            ),
            text!(
                "Rename or remove it, or choose another name for the service.",
                "Renommez-le ou supprimez-le, ou choisissez un autre nom pour le service."
            ),
        ),
        EngineError::PortTaken { .. } => Trouble::new(
            "port-taken",
            text!(
                "A port that the service needs is used by another program.",
                "Un port dont le service a besoin est utilisé par un autre programme."
            ),
            text!("Stop that program, then try again.", "Arrêtez ce programme, puis réessayez."),
        ),
        _ => Trouble::new(
            "engine-refused",
            text!(
                "The container engine refused what it was asked.",
                "Le moteur de conteneurs a refusé ce qu’on lui demandait."
            ),
            text!(
                "Try again; if it stays so, the cause above is what to search for.",
                "Réessayez ; si cela persiste, la cause ci-dessus est ce qu’il faut chercher."
            ),
        ),
    }
    .because_of(causes)
}

fn of_pull(reference: &str, trouble: PullTrouble) -> Trouble {
    let what = text!(
        "The image {reference} could not be fetched.",
        "L’image {reference} n’a pas pu être téléchargée."
    );
    let (code, remedy) = match trouble {
        PullTrouble::UnknownImage => (
            "image-unknown",
            text!(
                "The registry has no such image: check the recipe's release.",
                "Le registre n’a pas cette image : vérifiez la version dans la recette."
            ),
        ),
        PullTrouble::RateLimited { .. } => (
            "registry-busy",
            text!(
                "The registry asks to wait: try again in an hour.",
                "Le registre demande d’attendre : réessayez dans une heure."
            ),
        ),
        PullTrouble::NoMatchingPlatform => (
            "image-other-architecture",
            text!(
                "The registry has none for this box's processor: choose another release.",
                "Le registre n’en a pas pour le processeur de cette boîte : choisissez une autre version."
            ),
        ),
        PullTrouble::OtherContent => (
            "image-swapped",
            text!(
                "What the registry gave is not what the recipe names, and was refused: tell the recipe's maker.",
                "Ce que le registre a donné n’est pas ce que nomme la recette et a été refusé : prévenez l’auteur de la recette."
            ),
        ),
        PullTrouble::RegistryUnreachable => (
            "image-not-fetched",
            text!(
                "Check that the box reaches the internet, then try again.",
                "Vérifiez que la boîte accède à Internet, puis réessayez."
            ),
        ),
        PullTrouble::Refused => (
            "image-not-fetched",
            text!(
                "The registry refused; try again later, or tell the recipe's maker.",
                "Le registre a refusé ; réessayez plus tard, ou prévenez l’auteur de la recette."
            ),
        ),
    };
    Trouble::new(code, what, remedy)
}

pub(crate) fn of_home_image(folder: &str, error: &HomeImageError) -> Trouble {
    if let HomeImageError::Engine(error @ EngineError::Unreachable { .. }) = error {
        return of_engine(error);
    }
    Trouble::new(
        "image-not-built",
        text!(
            "The image {folder} could not be built on this box.",
            "L’image {folder} n’a pas pu être construite sur cette boîte."
        ),
        text!(
            "Check that the box reaches the internet and has room on its disk, then try again.",
            "Vérifiez que la boîte accède à Internet et a de la place sur son disque, puis réessayez."
        ),
    )
    .because_of(chain(error))
}

pub(crate) fn of_ledger(error: &LedgerError) -> Trouble {
    match error {
        LedgerError::NameTaken(name) => Trouble::new(
            "name-taken",
            text!(
                "There is already a service named {name}.",
                "Il y a déjà un service nommé {name}."
            ),
            text!("Choose another with --name.", "Choisissez-en un autre avec --name."),
        ),
        LedgerError::DomainTaken(domain) => Trouble::new(
            "domain-taken",
            text!(
                "The domain {domain} already leads to another service.",
                "Le domaine {domain} mène déjà à un autre service."
            ),
            text!(
                "Choose another, or take it from that service first: panier domain remove",
                "Choisissez-en un autre, ou retirez-le d’abord à ce service : panier domain remove"
            ),
        ),
        LedgerError::Busy { job, kind } => Trouble::new(
            "busy",
            text!(
                "Job {job} ({kind}) is at work on this service.",
                "La tâche {job} ({kind}) travaille déjà sur ce service."
            ),
            text!(
                "Wait for its end: panier job {job} --follow",
                "Attendez sa fin : panier job {job} --follow"
            ),
        ),
        LedgerError::PoolEmpty => Trouble::new(
            "networks-used-up",
            text!(
                "All networks set aside for services are in use.",
                "Tous les réseaux réservés aux services sont utilisés."
            ),
            text!(
                "Give a larger range in panier.toml, under [networks].",
                "Indiquez une plage plus grande dans panier.toml, sous [networks]."
            ),
        ),
        _ => Trouble::new(
            "ledger-failed",
            text!(
                "The box's ledger could not be read or written.",
                "Le registre de la boîte n’a pas pu être lu ou écrit."
            ),
            text!(
                "Check that the disk is not full and not failing, then try again.",
                "Vérifiez que le disque n’est ni plein ni défaillant, puis réessayez."
            ),
        )
        .because_of(chain(error)),
    }
}

pub(crate) fn of_file(what: Text, error: &dyn std::error::Error) -> Trouble {
    Trouble::new(
        "file-failed",
        what,
        text!(
            "Check that the disk is mounted, has room and can be written to.",
            "Vérifiez que le disque est monté, a de la place et peut être écrit."
        ),
    )
    .because_of(chain(error))
}

/// How much room a disk has could not be found out.
pub(crate) fn room_unknown(error: &dyn std::error::Error) -> Trouble {
    of_file(
        text!(
            "The room on the disk could not be read.",
            "La place sur le disque n’a pas pu être lue."
        ),
        error,
    )
}

/// A disk has less room than something needs.
pub(crate) fn disk_too_small(what: Text) -> Trouble {
    Trouble::new(
        "disk-too-small",
        what,
        text!(
            "Make room, then try again. The trash may be emptied: panier trash list",
            "Faites de la place, puis réessayez. La corbeille peut être vidée : panier trash list"
        ),
    )
}

pub(crate) fn disk_full() -> Trouble {
    Trouble::new(
        "disk-full",
        text!("The disk is full.", "Le disque est plein."),
        text!(
            "Make room, then try again. The trash may be emptied: panier trash list",
            "Faites de la place, puis réessayez. La corbeille peut être vidée : panier trash list"
        ),
    )
}

pub(crate) fn deadline(step: &Text, deadline: Duration) -> Trouble {
    let minutes = deadline.as_secs().div_ceil(60);
    let Text { en, fr } = step;
    Trouble::new(
        "deadline",
        Text::new(
            format!("« {en} » did not end within {minutes} min."),
            format!("« {fr} » n’a pas abouti en {minutes} min."),
        ),
        text!(
            "Try again when the box is less busy or its line is better.",
            "Réessayez quand la boîte est moins occupée ou sa connexion meilleure."
        ),
    )
}

pub(crate) fn interrupted(step: &Text) -> Trouble {
    let Text { en, fr } = step;
    Trouble::new(
        "interrupted",
        Text::new(
            format!("« {en} » was interrupted again and again."),
            format!("« {fr} » a été interrompu à plusieurs reprises."),
        ),
        text!(
            "Look into the daemon's log for what stopped it, then try again.",
            "Cherchez dans le journal du démon ce qui l’a arrêté, puis réessayez."
        ),
    )
}

pub(crate) fn service_unknown(name: &str) -> Trouble {
    Trouble::new(
        "service-unknown",
        text!("There is no service named {name}.", "Il n’y a pas de service nommé {name}."),
        text!("See those that there are: panier list", "Voyez ceux qu’il y a : panier list"),
    )
}
