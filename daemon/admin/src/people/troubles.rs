//! What can be wrong when somebody comes in.

use std::fmt::Display;

use jiff::SignedDuration;
use recipe::{Trouble, text};

use crate::refusal::Refusal;

/// No session, or one that has ended.
pub(super) fn signed_out() -> Trouble {
    Trouble::new(
        "signed-out",
        text!("You are not signed in.", "Aucune session n’est ouverte."),
        text!("Sign in at the box's own address.", "Connectez-vous à l’adresse de la boîte."),
    )
}

/// Another site's page asks.
pub(super) fn foreign_origin() -> Trouble {
    Trouble::new(
        "foreign-origin",
        text!(
            "This was not asked by the panel's own pages.",
            "Cette demande ne vient pas des pages du panneau."
        ),
        text!(
            "Open the panel at the box's own address and do it there.",
            "Ouvrez le panneau à l’adresse de la boîte, et faites-le là."
        ),
    )
}

pub(super) fn password_wrong() -> Trouble {
    Trouble::new(
        "password-wrong",
        text!("This is not the password.", "Ce n’est pas le bon mot de passe."),
        text!(
            "Try again. If it is lost, run on the box itself: panier password reset",
            "Réessayez. S’il est perdu, lancez sur la boîte elle-même : panier password reset"
        ),
    )
}

pub(super) fn code_wrong() -> Trouble {
    Trouble::new(
        "code-wrong",
        text!(
            "This is not the code, or it has expired.",
            "Ce n’est pas le bon code, ou il a expiré."
        ),
        text!(
            "Have another one made, on the box itself: panier code",
            "Demandez-en un autre, sur la boîte elle-même : panier code"
        ),
    )
}

/// The first password is chosen, and only the first.
pub(super) fn password_set() -> Trouble {
    Trouble::new(
        "password-set",
        text!("The panel has a password already.", "Le panneau a déjà un mot de passe."),
        text!(
            "Sign in with it. If it is lost, run on the box itself: panier password reset",
            "Connectez-vous avec. S’il est perdu, lancez sur la boîte elle-même : panier password reset"
        ),
    )
}

/// Nobody has chosen a password yet.
pub(super) fn password_unset() -> Trouble {
    Trouble::new(
        "password-unset",
        text!("The panel has no password yet.", "Le panneau n’a pas encore de mot de passe."),
        text!(
            "Choose one with the code that the box itself gives: panier code",
            "Choisissez-en un avec le code que donne la boîte elle-même : panier code"
        ),
    )
}

pub(super) fn password_too_short(fewest: usize) -> Trouble {
    Trouble::new(
        "password-too-short",
        text!("The password is too short.", "Le mot de passe est trop court."),
        text!(
            "Take at least {fewest} characters: a few words are easy to remember.",
            "Prenez au moins {fewest} caractères : quelques mots se retiennent bien."
        ),
    )
}

pub(super) fn password_too_plain() -> Trouble {
    Trouble::new(
        "password-too-plain",
        text!(
            "This password is among the first that anybody would try.",
            "Ce mot de passe est parmi les premiers que l’on essaierait."
        ),
        text!(
            "Take a few words that have nothing to do with each other.",
            "Prenez quelques mots qui n’ont rien à voir les uns avec les autres."
        ),
    )
}

/// Too many wrong tries; the answer says when the next one counts.
pub(super) fn too_many_tries(wait: SignedDuration) -> Refusal {
    let seconds = u64::try_from(wait.as_secs()).unwrap_or(0) + u64::from(wait.subsec_nanos() > 0);
    let (en, fr) = match seconds {
        0 | 1 => ("1 second".to_owned(), "1 seconde".to_owned()),
        2..60 => (format!("{seconds} seconds"), format!("{seconds} secondes")),
        _ => {
            let minutes = seconds.div_ceil(60);
            let plural = if minutes > 1 { "s" } else { "" };
            (format!("{minutes} minute{plural}"), format!("{minutes} minute{plural}"))
        }
    };
    let trouble = Trouble::new(
        "too-many-tries",
        text!("There were too many wrong tries.", "Il y a eu trop d’essais infructueux."),
        text!("Try again in {en}.", "Réessayez dans {fr}."),
    );
    Refusal::for_now(trouble, seconds)
}

/// The machine failed, and not who asks. What it failed at is in the log.
pub(super) fn hashing(error: impl Display) -> Trouble {
    tracing::error!(%error, "a password could not be worked with");
    Trouble::new(
        "password-not-checked",
        text!(
            "The box could not work with the password.",
            "La boîte n’a pas pu traiter le mot de passe."
        ),
        text!(
            "Try again in a moment; the daemon's log says more.",
            "Réessayez dans un instant ; le journal du démon en dit plus."
        ),
    )
}
