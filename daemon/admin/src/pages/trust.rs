//! How to trust the box's own authority: the root certificate, its
//! fingerprint, and what to do with it on each system.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{Html, IntoResponse};
use recipe::{Text, text};

use super::frame::Frame;
use super::markup::Escaped;
use super::reader::Reader;
use crate::state::{RootCertificate, Shared};

/// The root certificate as text.
pub(super) const PEM_PATH: &str = "/trust/panier-root.pem";
/// The root certificate as bytes.
pub(super) const DER_PATH: &str = "/trust/panier-root.crt";

pub(super) async fn pem(State(shared): State<Arc<Shared>>) -> impl IntoResponse {
    // RFC 8555, section 9.1.
    ([(header::CONTENT_TYPE, "application/x-pem-file")], shared.admin.root.pem.clone())
}

pub(super) async fn der(State(shared): State<Arc<Shared>>) -> impl IntoResponse {
    // What telephones take for a certificate to install.
    ([(header::CONTENT_TYPE, "application/x-x509-ca-cert")], shared.admin.root.der.clone())
}

pub(super) async fn show(State(shared): State<Arc<Shared>>, reader: Reader) -> Html<String> {
    Html(page(&reader, &shared.admin.root, &shared.admin.identity.base_domain))
}

fn page(reader: &Reader, root: &RootCertificate, base_domain: &str) -> String {
    let title = text!("Trust this box", "Faire confiance à cette boîte");
    let title = reader.say(&title);
    let why = text!(
        "The addresses below {base_domain} are this box’s own, so it vouches for them itself. Tell your device once that you trust it, and the warnings end.",
        "Les adresses sous {base_domain} sont propres à cette boîte : elle s’en porte garante elle-même. Dites une fois à votre appareil que vous lui faites confiance, et les avertissements cessent."
    );
    let limits = text!(
        "This trust reaches no further: the box cannot vouch for other sites.",
        "Cette confiance ne va pas plus loin : la boîte ne peut pas se porter garante d’autres sites."
    );
    let get = text!("Get the certificate", "Télécharger le certificat");
    let as_text = text!("or as a PEM file", "ou au format PEM");
    let same = text!(
        "Its fingerprint (SHA-256). Compare it with what the box itself says:",
        "Son empreinte (SHA-256). Comparez-la avec ce que dit la boîte elle-même :"
    );
    let how = text!("How to, on your device", "Comment faire, sur votre appareil");
    let mut body = format!(
        "<h1>{title}</h1><p>{}</p><p>{}</p>\
         <p class=\"get\"><a class=\"button\" href=\"{DER_PATH}\">{}</a> <a href=\"{PEM_PATH}\">{}</a></p>\
         <p id=\"print\">{} <code>panier box show</code></p>\
         <code class=\"print\" aria-labelledby=\"print\">{}</code><h2>{}</h2>",
        Escaped(reader.say(&why)),
        reader.say(&limits),
        reader.say(&get),
        reader.say(&as_text),
        reader.say(&same),
        // May break between two pairs, and nowhere else.
        Escaped(&root.fingerprint).to_string().replace(':', ":<wbr>"),
        reader.say(&how),
    );
    for (system, steps) in systems() {
        // Writing to a String cannot fail.
        let _ = write!(body, "<details><summary>{}</summary><ol>", Escaped(reader.say(&system)));
        for step in steps {
            let _ = write!(body, "<li>{}</li>", Escaped(reader.say(&step)));
        }
        body.push_str("</ol></details>");
    }
    Frame { reader, path: "/trust", title }.around(&body)
}

/// A system, and its steps.
type System = (Text, Vec<Text>);

/// Each system, and its steps. Menus are named as they are in each language.
fn systems() -> Vec<System> {
    let get = text!("Get the certificate above.", "Téléchargez le certificat ci-dessus.");
    [computers(&get), telephones(&get)].concat()
}

fn computers(get: &Text) -> Vec<System> {
    vec![
        (
            text!("Firefox, on any computer", "Firefox, sur tout ordinateur"),
            vec![
                get.clone(),
                text!(
                    "Settings → Privacy & Security → Certificates → View Certificates → Authorities → Import.",
                    "Paramètres → Vie privée et sécurité → Certificats → Afficher les certificats → Autorités → Importer."
                ),
                text!(
                    "Tick “Trust this CA to identify websites”.",
                    "Cochez « Confirmer cette AC pour identifier des sites web »."
                ),
            ],
        ),
        (
            text!("Debian, Ubuntu", "Debian, Ubuntu"),
            vec![
                text!(
                    "Get the certificate as a PEM file.",
                    "Téléchargez le certificat au format PEM."
                ),
                text!(
                    "As root: cp panier-root.pem /usr/local/share/ca-certificates/panier-root.crt",
                    "En root : cp panier-root.pem /usr/local/share/ca-certificates/panier-root.crt"
                ),
                text!("As root: update-ca-certificates", "En root : update-ca-certificates"),
                text!(
                    "Browsers keep a list of their own: import it there as well.",
                    "Les navigateurs ont leur propre liste : importez-le aussi dans le vôtre."
                ),
            ],
        ),
        (
            text!("Windows", "Windows"),
            vec![
                get.clone(),
                text!(
                    "Open the file, then: Install Certificate → Current User.",
                    "Ouvrez le fichier, puis : Installer un certificat → Utilisateur actuel."
                ),
                text!(
                    "Place it in “Trusted Root Certification Authorities”.",
                    "Placez-le dans « Autorités de certification racines de confiance »."
                ),
            ],
        ),
        (
            text!("macOS", "macOS"),
            vec![
                get.clone(),
                text!(
                    "Open it: Keychain Access adds it.",
                    "Ouvrez-le : Trousseaux d’accès l’ajoute."
                ),
                text!(
                    "Double-click it there → Trust → Always Trust.",
                    "Double-cliquez dessus → Se fier → Toujours approuver."
                ),
            ],
        ),
    ]
}

fn telephones(get: &Text) -> Vec<System> {
    vec![
        (
            text!("iPhone, iPad", "iPhone, iPad"),
            vec![
                get.clone(),
                text!(
                    "Settings → Profile Downloaded → Install.",
                    "Réglages → Profil téléchargé → Installer."
                ),
                text!(
                    "Settings → General → About → Certificate Trust Settings: switch it on.",
                    "Réglages → Général → Informations → Réglages des certificats : activez-le."
                ),
            ],
        ),
        (
            text!("Android", "Android"),
            vec![
                get.clone(),
                text!(
                    "Settings → Security → Encryption & credentials → Install a certificate → CA certificate.",
                    "Paramètres → Sécurité → Chiffrement et identifiants → Installer un certificat → Certificat CA."
                ),
                text!("Choose the file, and confirm.", "Choisissez le fichier, et confirmez."),
            ],
        ),
    ]
}
