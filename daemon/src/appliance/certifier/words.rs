//! Certificates in words for people.

use std::net::IpAddr;

use certificates::{Failure, PublicAuthority, Reason, Refusal, ShelfError, Way};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use names::NotFound;
use recipe::{Text, Trouble, text};

use super::outlook::Silence;
use crate::appliance::causes::whole;

/// Why a public certificate was not had, and when it is tried again.
pub(super) fn failed(domain: &str, failure: &Failure, next: Timestamp) -> Trouble {
    let (en, fr) = moment(next);
    let Text { en: remedy_en, fr: remedy_fr } = remedy(domain, failure);
    let again = text!(
        "{remedy_en} It is tried again by itself on {en}; at once with: panier certificate renew {domain}",
        "{remedy_fr} Nouvel essai automatique le {fr} ; tout de suite avec : panier certificate renew {domain}"
    );
    let (code, what) = what_happened(domain, failure);
    let trouble = Trouble::new(code, what, again);
    match detail(failure) {
        Some(detail) => trouble.because_of(detail),
        None => trouble,
    }
}

fn what_happened(domain: &str, failure: &Failure) -> (&'static str, Text) {
    match failure {
        Failure::Unproven { tried } => unproven(domain, tried),
        Failure::Limited { .. } => (
            "certificate-limited",
            text!(
                "The public authority asks to wait before it signs for {domain}.",
                "L’autorité publique demande d’attendre avant de signer pour {domain}."
            ),
        ),
        Failure::Away { .. } => (
            "certificate-authority-away",
            text!(
                "The public authority could not be reached for {domain}.",
                "L’autorité publique n’a pas pu être jointe pour {domain}."
            ),
        ),
        Failure::NameRefused { .. } => (
            "certificate-name-refused",
            text!(
                "The public authority signs nothing for {domain}.",
                "L’autorité publique ne signe rien pour {domain}."
            ),
        ),
        Failure::AccountRefused { .. } => (
            "certificate-account-refused",
            text!(
                "The public authority does not take this box's account.",
                "L’autorité publique refuse le compte de cette boîte."
            ),
        ),
        Failure::Refused { .. } | Failure::Unusable { .. } => (
            "certificate-refused",
            text!(
                "The public authority gave no usable certificate for {domain}.",
                "L’autorité publique n’a pas donné de certificat utilisable pour {domain}."
            ),
        ),
        Failure::Slow => (
            "certificate-slow",
            text!(
                "The public authority has not decided on {domain} yet.",
                "L’autorité publique ne s’est pas encore prononcée sur {domain}."
            ),
        ),
        Failure::DoorAway => (
            "certificate-door-away",
            text!(
                "The front door was away, so no certificate could be had for {domain}.",
                "La porte d’entrée était absente : pas de certificat pour {domain}."
            ),
        ),
        Failure::Files { .. } => (
            "certificate-not-kept",
            text!(
                "A certificate for {domain} could not be written to the disk.",
                "Un certificat pour {domain} n’a pas pu être écrit sur le disque."
            ),
        ),
    }
}

/// The first way's reason says most: it is the one that is tried first.
fn unproven(domain: &str, tried: &[Refusal]) -> (&'static str, Text) {
    let reason = tried.first().map_or(Reason::Other, |refusal| refusal.reason);
    match reason {
        Reason::NotReached => (
            "certificate-not-reached",
            text!(
                "The public authority reached nobody at {domain}: port 80 seems closed.",
                "L’autorité publique n’a joint personne à {domain} : le port 80 semble fermé."
            ),
        ),
        Reason::SomebodyElse => (
            "certificate-leads-elsewhere",
            text!(
                "The public authority asked at {domain}, and another machine answered.",
                "L’autorité publique a interrogé {domain}, et une autre machine a répondu."
            ),
        ),
        Reason::Unknown => (
            "certificate-domain-unknown",
            text!("DNS does not say where {domain} leads.", "Le DNS ne dit pas où mène {domain}."),
        ),
        Reason::OtherAuthorities => (
            "certificate-forbidden",
            text!(
                "DNS lets other authorities alone sign for {domain} (CAA).",
                "Le DNS n’autorise que d’autres autorités à signer pour {domain} (CAA)."
            ),
        ),
        Reason::Other => (
            "certificate-unproven",
            text!(
                "The public authority could not see that {domain} leads to this box.",
                "L’autorité publique n’a pas pu constater que {domain} mène à cette boîte."
            ),
        ),
    }
}

fn remedy(domain: &str, failure: &Failure) -> Text {
    match failure {
        Failure::Unproven { tried } => match tried.first().map(|refusal| refusal.reason) {
            Some(Reason::NotReached) => text!(
                "In the router, pass ports 80 and 443 on to this box; if the provider keeps 80 closed, 443 is enough.",
                "Dans le routeur, redirigez les ports 80 et 443 vers cette boîte ; si le fournisseur ferme le 80, le 443 suffit."
            ),
            Some(Reason::OtherAuthorities) => text!(
                "Change the CAA record of {domain} at its DNS provider.",
                "Modifiez l’enregistrement CAA de {domain} chez son fournisseur DNS."
            ),
            _ => text!(
                "At the domain's DNS provider, have {domain} lead to the public address of this box.",
                "Chez le fournisseur DNS du domaine, faites mener {domain} à l’adresse publique de cette boîte."
            ),
        },
        Failure::Limited { .. } => {
            text!("Nothing needs to be done but wait.", "Il n’y a rien à faire, sinon attendre.")
        }
        Failure::Away { .. } | Failure::Slow | Failure::DoorAway => text!(
            "Check that the box reaches the internet.",
            "Vérifiez que la boîte accède à Internet."
        ),
        Failure::AccountRefused { .. } => text!(
            "Check the mail address and the authority: panier certificate authority show",
            "Vérifiez l’adresse électronique et l’autorité : panier certificate authority show"
        ),
        Failure::Files { .. } => text!(
            "Check that the disk is not full and not failing.",
            "Vérifiez que le disque n’est ni plein ni défaillant."
        ),
        Failure::NameRefused { .. } | Failure::Refused { .. } | Failure::Unusable { .. } => text!(
            "Choose another domain or another authority.",
            "Choisissez un autre domaine ou une autre autorité."
        ),
    }
}

/// The machine's own words.
fn detail(failure: &Failure) -> Option<String> {
    match failure {
        Failure::Unproven { tried } => {
            let of = |refusal: &Refusal| format!("{}: {}", way(refusal.way), refusal.detail);
            Some(tried.iter().map(of).collect::<Vec<_>>().join("\n"))
        }
        Failure::Limited { detail, .. }
        | Failure::Away { detail }
        | Failure::NameRefused { detail }
        | Failure::AccountRefused { detail }
        | Failure::Refused { detail }
        | Failure::Unusable { detail }
        | Failure::Files { detail } => Some(detail.clone()),
        Failure::Slow | Failure::DoorAway => None,
    }
    .filter(|detail| !detail.is_empty())
}

fn way(way: Way) -> &'static str {
    match way {
        Way::Http => "HTTP-01 (80)",
        Way::Tls => "TLS-ALPN-01 (443)",
    }
}

/// A moment in the box's own zone, in both languages.
fn moment(at: Timestamp) -> (String, String) {
    let local = at.to_zoned(TimeZone::system());
    (
        local.strftime("%Y-%m-%d at %H:%M").to_string(),
        local.strftime("%d/%m/%Y à %H:%M").to_string(),
    )
}

/// A domain for which nobody can sign as things are.
pub(super) fn missing(domain: &str, public: bool) -> Trouble {
    if public {
        return Trouble::new(
            "certificate-missing",
            text!(
                "Browsers warn at {domain}: no public authority is set, and the box's own may not sign for it.",
                "Les navigateurs avertissent à {domain} : aucune autorité publique n’est réglée, et celle de la boîte n’a pas le droit de signer pour ce nom."
            ),
            text!(
                "Set one: panier help certificate authority set",
                "Réglez-en une : panier help certificate authority set"
            ),
        );
    }
    Trouble::new(
        "certificate-missing",
        text!(
            "Browsers warn at {domain}: no authority, public or the box's own, signs for such a name.",
            "Les navigateurs avertissent à {domain} : aucune autorité, publique ou de la boîte, ne signe pour un tel nom."
        ),
        text!(
            "Give the service a name that ends in .local or .home.arpa, or one of a domain that you own.",
            "Donnez au service un nom en .local ou .home.arpa, ou un nom d’un domaine qui est à vous."
        ),
    )
}

/// The box has no such name.
pub(super) fn unknown(domain: &str) -> Trouble {
    Trouble::new(
        "domain-unknown",
        text!("{domain} leads to nothing on this box.", "{domain} ne mène à rien sur cette boîte."),
        text!(
            "panier certificate list shows its names.",
            "panier certificate list montre ses noms."
        ),
    )
}

/// A name for which no public authority signs.
pub(super) fn not_public(domain: &str) -> Trouble {
    Trouble::new(
        "domain-not-public",
        text!(
            "No public authority signs for {domain}: it is no name of the internet's.",
            "Aucune autorité publique ne signe pour {domain} : ce n’est pas un nom d’Internet."
        ),
        text!(
            "Its certificate is the box's own; the page /trust says how to trust it.",
            "Son certificat est celui de la boîte ; la page /trust dit comment lui faire confiance."
        ),
    )
}

/// There is nobody to ask.
pub(super) fn no_authority() -> Trouble {
    Trouble::new(
        "authority-missing",
        text!("No public authority is set.", "Aucune autorité publique n’est réglée."),
        text!(
            "Set one: panier help certificate authority set",
            "Réglez-en une : panier help certificate authority set"
        ),
    )
}

/// Refuses an authority that cannot be one.
pub(super) fn check(authority: &PublicAuthority) -> Result<(), Trouble> {
    let directory = &authority.directory;
    let is_url = directory
        .parse::<http::Uri>()
        .is_ok_and(|uri| uri.scheme_str() == Some("https") && uri.host().is_some());
    if !is_url {
        return Err(wrong(
            text!(
                "“{directory}” is not the address of an authority's directory.",
                "« {directory} » n’est pas l’adresse de l’annuaire d’une autorité."
            ),
            text!(
                "Write it whole, such as https://acme-v02.api.letsencrypt.org/directory",
                "Écrivez-la en entier, par exemple https://acme-v02.api.letsencrypt.org/directory"
            ),
        ));
    }
    if let Some(contact) = &authority.contact
        && !is_mail(contact)
    {
        return Err(wrong(
            text!(
                "“{contact}” is not a mail address.",
                "« {contact} » n’est pas une adresse électronique."
            ),
            text!(
                "Write one that is read, such as someone@example.org.",
                "Écrivez-en une qui est lue, par exemple quelqu-un@exemple.org."
            ),
        ));
    }
    match authority.root_pem.as_deref().map(certificates::is_root) {
        Some(false) => Err(wrong(
            text!("The root holds no certificate.", "La racine ne contient pas de certificat."),
            text!(
                "Give a file in the PEM format, with BEGIN CERTIFICATE in it.",
                "Donnez un fichier au format PEM, qui contient BEGIN CERTIFICATE."
            ),
        )),
        _ => Ok(()),
    }
}

fn is_mail(contact: &str) -> bool {
    let plain =
        |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c == ',');
    contact.split_once('@').is_some_and(|(who, host)| {
        plain(who) && plain(host) && host.contains('.') && !host.contains('@')
    })
}

fn wrong(what: Text, remedy: Text) -> Trouble {
    Trouble::new("authority-wrong", what, remedy)
}

/// The setting in the ledger is not what this program writes.
pub(super) fn setting_damaged(error: &dyn std::error::Error) -> Trouble {
    Trouble::new(
        "authority-unreadable",
        text!(
            "The setting that names the public authority cannot be read.",
            "Le réglage qui nomme l’autorité publique est illisible."
        ),
        text!(
            "Set it again: panier help certificate authority set",
            "Refaites ce réglage : panier help certificate authority set"
        ),
    )
    .because_of(error)
}

/// What was asked for could not be written down.
pub(super) fn not_kept(error: &ShelfError) -> Trouble {
    Trouble::new(
        "folder-failed",
        text!("Nothing could be written down.", "Rien n’a pu être noté."),
        text!(
            "Check that the disk is not full and not failing.",
            "Vérifiez que le disque n’est ni plein ni défaillant."
        ),
    )
    .because_of(whole(error))
}

/// DNS has no address for a name.
pub(super) fn leads_nowhere(domain: &str, error: &NotFound) -> Trouble {
    Trouble::new(
        "certificate-domain-unknown",
        text!("DNS does not say where {domain} leads.", "Le DNS ne dit pas où mène {domain}."),
        text!(
            "At the domain's DNS provider, add an A or AAAA record with the public address of this box.",
            "Chez le fournisseur DNS du domaine, ajoutez un enregistrement A ou AAAA avec l’adresse publique de cette boîte."
        ),
    )
    .because_of(whole(error))
}

/// An address of a name does not give the answer that it should.
pub(super) fn unanswered(domain: &str, address: IpAddr, port: u16, why: &Silence) -> Trouble {
    match why {
        Silence::NotReached(error) => Trouble::new(
            "certificate-not-reached",
            text!(
                "{domain} leads to {address}, and nobody answers there at port {port}.",
                "{domain} mène à {address}, et personne n’y répond au port {port}."
            ),
            text!(
                "In the router, pass port 80 on to this box. Some routers let nobody at home reach their outer address: try http://{domain}/trust from a telephone without Wi-Fi.",
                "Dans le routeur, redirigez le port 80 vers cette boîte. Certains routeurs ne laissent personne à la maison joindre leur adresse extérieure : essayez http://{domain}/trust depuis un téléphone sans Wi-Fi."
            ),
        )
        .because_of(whole(error)),
        Silence::SomebodyElse(status) => Trouble::new(
            "certificate-leads-elsewhere",
            text!(
                "{domain} leads to {address}, where another machine answers.",
                "{domain} mène à {address}, où une autre machine répond."
            ),
            text!(
                "At the domain's DNS provider, have {domain} lead to the public address of this box; or in the router, pass port 80 on to it.",
                "Chez le fournisseur DNS du domaine, faites mener {domain} à l’adresse publique de cette boîte ; ou redirigez-y le port 80 dans le routeur."
            ),
        )
        .because_of(format!("HTTP {status}")),
    }
}

/// The box does not listen where authorities ask.
pub(super) fn other_port(port: u16) -> Trouble {
    Trouble::new(
        "certificate-other-port",
        text!(
            "This box answers plain HTTP at port {port}; public authorities ask at port 80.",
            "Cette boîte répond en HTTP au port {port} ; les autorités publiques interrogent le port 80."
        ),
        text!(
            "In the router, pass port 80 on to port {port} of this box.",
            "Dans le routeur, redirigez le port 80 vers le port {port} de cette boîte."
        ),
    )
}

/// Nobody could answer.
pub(super) fn door_away() -> Trouble {
    Trouble::new(
        "front-door-away",
        text!("The front door is not ready.", "La porte d’entrée n’est pas prête."),
        text!("Try again in a moment.", "Réessayez dans un instant."),
    )
}

/// The machine has no chance to give.
pub(super) fn no_chance(error: &dyn std::error::Error) -> Trouble {
    Trouble::new(
        "no-randomness",
        text!("The machine gave no random bytes.", "La machine n’a pas donné d’aléa."),
        text!("Try again.", "Réessayez."),
    )
    .because_of(error)
}
