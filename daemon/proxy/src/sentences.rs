//! What the front door's pages say.

use crate::page::Page;
use crate::table::{Bilingual, Work};

/// What a page says.
pub(crate) struct Said {
    /// For programs; stable.
    pub(crate) code: &'static str,
    pub(crate) title: Bilingual,
    pub(crate) text: Bilingual,
}

fn both(en: impl Into<String>, fr: impl Into<String>) -> Bilingual {
    Bilingual { en: en.into(), fr: fr.into() }
}

fn said(code: &'static str, title: Bilingual, text: Bilingual) -> Said {
    Said { code, title, text }
}

/// The sentences of a page.
pub(crate) fn sentences(page: &Page) -> Said {
    match page {
        Page::Closed { service, work } => working(service, *work),
        Page::Stopped { .. } | Page::Ill { .. } | Page::NotAnswering { .. } | Page::Late { .. } => {
            troubled(page)
        }
        _ => general(page),
    }
}

fn working(service: &str, work: Work) -> Said {
    let soon = both(
        "It will be there in a moment. This page looks again by itself.",
        "Il sera là dans un instant. Cette page se rafraîchit toute seule.",
    );
    let patience = both(
        "This can take a few minutes. This page looks again by itself.",
        "Cela peut prendre quelques minutes. Cette page se rafraîchit toute seule.",
    );
    match work {
        Work::Installing => said(
            "service_installing",
            both(
                format!("{service} is being installed"),
                format!("Installation de {service} en cours"),
            ),
            patience,
        ),
        Work::Starting => said(
            "service_starting",
            both(format!("{service} is starting"), format!("{service} démarre")),
            soon,
        ),
        Work::Updating => said(
            "service_updating",
            both(
                format!("{service} is being updated"),
                format!("Mise à jour de {service} en cours"),
            ),
            both(
                "Your data are safe. This page looks again by itself.",
                "Vos données sont en sécurité. Cette page se rafraîchit toute seule.",
            ),
        ),
        Work::Restoring => said(
            "service_restoring",
            both(
                format!("{service} is being restored"),
                format!("Restauration de {service} en cours"),
            ),
            both(
                "Its data are coming back from a backup. This page looks again by itself.",
                "Ses données reviennent d’une sauvegarde. Cette page se rafraîchit toute seule.",
            ),
        ),
        Work::Keeping => said(
            "service_kept",
            both(
                format!("A snapshot of {service} is being taken"),
                format!("Sauvegarde de {service} en cours"),
            ),
            soon,
        ),
        Work::Changing => said(
            "service_changing",
            both(
                format!("{service} is being set up anew"),
                format!("Nouveaux réglages pour {service}"),
            ),
            soon,
        ),
    }
}

fn troubled(page: &Page) -> Said {
    match page {
        Page::Stopped { service } => said(
            "service_stopped",
            both(format!("{service} is stopped"), format!("{service} est à l’arrêt")),
            both(
                "Whoever looks after this box has stopped it. Its data are kept.",
                "La personne qui s’occupe de cette boîte l’a arrêté. Ses données sont conservées.",
            ),
        ),
        Page::Ill { service, reason } => said(
            "service_ill",
            both(format!("{service} is not working"), format!("{service} ne fonctionne pas")),
            reason.clone(),
        ),
        Page::Late { service } => said(
            "service_late",
            both(
                format!("{service} takes too long"),
                format!("{service} met trop de temps à répondre"),
            ),
            both(
                "It may have a lot to do. Try again a little later.",
                "Il a peut-être beaucoup à faire. Réessayez un peu plus tard.",
            ),
        ),
        Page::NotAnswering { service } => said(
            "service_not_answering",
            both(format!("{service} is not answering"), format!("{service} ne répond pas")),
            both(
                "It may be back in a moment. If not, tell whoever looks after this box.",
                "Il sera peut-être là dans un instant. Sinon, prévenez la personne qui s’occupe \
                 de cette boîte.",
            ),
        ),
        _ => general(page),
    }
}

fn general(page: &Page) -> Said {
    match page {
        Page::Nothing => said(
            "nothing_here",
            both("There is nothing here", "Il n’y a rien ici"),
            both("This page is not open to visitors.", "Cette page n’est pas ouverte au public."),
        ),
        Page::Unclear => said(
            "request_unclear",
            both("This request was not understood", "Cette demande n’a pas été comprise"),
            both(
                "The program that sent it did not say clearly what it wants.",
                "Le programme qui l’a envoyée n’a pas dit clairement ce qu’il veut.",
            ),
        ),
        Page::Misdirected => said(
            "misdirected",
            both("This came to the wrong door", "Ce n’est pas la bonne porte"),
            both(
                "The connection was made for another name. Opening the page again helps.",
                "La connexion était faite pour un autre nom. Rouvrir la page suffit.",
            ),
        ),
        Page::TooLarge { limit } => said(
            "upload_too_large",
            both("This file is too large", "Ce fichier est trop gros"),
            both(
                format!("At most {} can be sent here.", size(*limit, '.', "B")),
                format!("On peut envoyer ici {} au plus.", size(*limit, ',', "o")),
            ),
        ),
        Page::Slow => said(
            "upload_stalled",
            both("The upload has stopped", "L’envoi s’est interrompu"),
            both(
                "Nothing came for a while. Try again when the connection is better.",
                "Plus rien n’arrivait. Réessayez avec une meilleure connexion.",
            ),
        ),
        Page::BoxAway => said(
            "box_away",
            both("The box is catching its breath", "La boîte reprend son souffle"),
            both(
                "Its own pages are starting again; its services go on. This page looks again by \
                 itself.",
                "Ses propres pages redémarrent\u{202f}; ses services continuent. Cette page se rafraîchit \
                 toute seule.",
            ),
        ),
        _ => said(
            "unknown_name",
            both("Nothing lives at this address", "Il n’y a rien à cette adresse"),
            both(
                "Check how it is written, or ask whoever gave it to you.",
                "Vérifiez comment elle est écrite, ou demandez à qui vous l’a donnée.",
            ),
        ),
    }
}

/// In the largest unit that leaves a number of one or more, by 1024.
fn size(bytes: u64, comma: char, unit: &str) -> String {
    let units = [(40, "Ti"), (30, "Gi"), (20, "Mi"), (10, "Ki")];
    let Some((shift, prefix)) = units.into_iter().find(|(shift, _)| bytes >> shift > 0) else {
        return format!("{bytes}\u{a0}{unit}");
    };
    let whole = bytes >> shift;
    // Cut, not rounded: what is promised is taken.
    let tenth = ((bytes >> (shift - 10)) & 1023) * 10 / 1024;
    if tenth == 0 {
        format!("{whole}\u{a0}{prefix}{unit}")
    } else {
        format!("{whole}{comma}{tenth}\u{a0}{prefix}{unit}")
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_said_in_the_largest_unit() {
        assert_eq!(size(1 << 30, '.', "B"), "1\u{a0}GiB");
        assert_eq!(size((1 << 20) * 5 / 2, ',', "o"), "2,5\u{a0}Mio");
        assert_eq!(size(17, ',', "o"), "17\u{a0}o");
    }
}
