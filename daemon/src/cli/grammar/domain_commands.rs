//! The names by which a service is found.

use clap::Command;
use recipe::{Text, text};

use super::Grammar;

impl Grammar {
    pub(super) fn domain(&self) -> Command {
        self.named(
            "domain",
            text!(
                "Change the domains that lead to a service",
                "Changer les domaines qui mènent à un service"
            ),
        )
        .after_help(self.say(text!(
            "A service whose settings name its domain is started anew, behind a closed door. If it does not work there, it keeps the domains that it had. panier show NAME lists them.",
            "Un service dont les réglages nomment son domaine est redémarré, porte fermée. S’il n’y fonctionne pas, il garde les domaines qu’il avait. panier show NOM les liste."
        )))
        .subcommand_required(true)
        .subcommand(self.domain_command(
            "add",
            text!("Let another domain lead to it", "Y faire mener un autre domaine"),
        ))
        .subcommand(self.domain_command(
            "remove",
            text!("Let a domain no longer lead to it", "Ne plus y faire mener un domaine"),
        ))
        .subcommand(self.domain_command(
            "main",
            text!(
                "Make a domain the main one; it is added where it is new",
                "En faire le domaine principal ; il est ajouté s’il est nouveau"
            ),
        ))
    }

    fn domain_command(&self, name: &'static str, about: Text) -> Command {
        self.named(name, about)
            .arg(self.service())
            .arg(
                self.value(
                    "domain",
                    text!("HOST", "HÔTE"),
                    text!("A host name: pad.example.org", "Un nom d’hôte : pad.exemple.org"),
                )
                .required(true),
            )
            .arg(self.detach())
    }
}
