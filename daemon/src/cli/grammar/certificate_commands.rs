//! Certificates.

use std::path::PathBuf;

use clap::{Arg, Command, ValueHint, value_parser};
use recipe::text;

use super::Grammar;

impl Grammar {
    pub(super) fn certificates(&self) -> Command {
        let domain = || {
            self.value(
                "domain",
                text!("DOMAIN", "DOMAINE"),
                text!("Such as pad.example.org", "Par exemple pad.exemple.org"),
            )
            .required(true)
        };
        self.named(
            "certificate",
            text!(
                "See, renew and test certificates; choose who signs them",
                "Voir, renouveler, tester les certificats ; choisir qui les signe"
            ),
        )
        .subcommand_required(true)
        .subcommand(self.named(
            "list",
            text!("List the certificate of each name", "Lister le certificat de chaque nom"),
        ))
        .subcommand(
            self.named(
                "renew",
                text!(
                    "Ask the public authority for a new one, now",
                    "En demander un nouveau à l’autorité publique, maintenant"
                ),
            )
            .arg(domain())
            .arg(self.detach()),
        )
        .subcommand(
            self.named(
                "test",
                text!(
                    "Say what would happen if one were asked for; nothing is",
                    "Dire ce qui se passerait si on en demandait un ; sans rien demander"
                ),
            )
            .arg(domain()),
        )
        .subcommand(self.authority())
    }

    fn authority(&self) -> Command {
        self.named(
            "authority",
            text!(
                "The public authority that certificates are asked of",
                "L’autorité publique à qui les certificats sont demandés"
            ),
        )
        .subcommand_required(true)
        .subcommand(self.named("show", text!("Show which it is", "Montrer laquelle c’est")))
        .subcommand(self.set_authority())
        .subcommand(self.named(
            "none",
            text!(
                "Ask none; the box's own authority signs for what it may",
                "N’en demander à aucune ; celle de la boîte signe pour ce qu’elle peut"
            ),
        ))
    }

    fn set_authority(&self) -> Command {
        let long = |arg: Arg, name: &'static str| arg.long(name);
        let directory = self
            .value(
                "directory",
                text!("URL", "URL"),
                text!("The address of its ACME directory", "L’adresse de son annuaire ACME"),
            )
            .required(true)
            .value_hint(ValueHint::Url);
        let contact = self.value(
            "contact",
            text!("MAIL", "COURRIEL"),
            text!(
                "A mail address that it may write to",
                "Une adresse électronique à laquelle elle peut écrire"
            ),
        );
        let root = self
            .value(
                "own-root",
                text!("FILE", "FICHIER"),
                text!(
                    "The root that its own server is trusted by (PEM), where it is no authority of the internet's",
                    "La racine qui garantit son serveur (PEM), si ce n’est pas une autorité d’Internet"
                ),
            )
            .value_parser(value_parser!(PathBuf))
            .value_hint(ValueHint::FilePath);
        self.named(
            "set",
            text!(
                "Ask this one from now on, and agree to its terms of service",
                "S’adresser à celle-ci désormais, en acceptant ses conditions d’utilisation"
            ),
        )
        .arg(long(directory, "directory"))
        .arg(long(contact, "contact"))
        .arg(long(root, "own-root"))
        .after_help(self.say(text!(
            "Let's Encrypt: --directory https://acme-v02.api.letsencrypt.org/directory\nCertificates are then had and renewed by themselves, for each domain that leads to this box.",
            "Let’s Encrypt : --directory https://acme-v02.api.letsencrypt.org/directory\nLes certificats sont ensuite obtenus et renouvelés tout seuls, pour chaque domaine qui mène à cette boîte."
        )))
    }
}
