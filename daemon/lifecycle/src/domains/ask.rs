//! What can be asked of a service's domains, checked before it becomes a job.

use ledger::{JobId, LedgerError, Service};
use recipe::format::When;
use recipe::{Trouble, text};

use super::DomainChange;
use crate::lifecycle::{Lifecycle, Refusal};
use crate::names::check_new_domain;
use crate::request::Request;
use crate::site::{recipe_of, subject};
use crate::trouble;

impl Lifecycle {
    /// Lets another domain lead to a service, behind those that do.
    ///
    /// # Errors
    /// `service-unknown`, `busy`, `domain-wrong`, `domain-of-the-box`,
    /// `domain-taken`, `domain-there`; nothing has been done then.
    pub async fn add_domain(&self, name: &str, domain: &str) -> Result<JobId, Trouble> {
        let domain = check_new_domain(domain, &self.ground().facts.base_domain)?;
        self.change_domains(name, |service| {
            if service.domains.contains(&domain) {
                return Err(already_there(service, &domain));
            }
            Ok([service.domains.clone(), vec![domain]].concat())
        })
    }

    /// Lets a domain no longer lead to a service. Of the main one, the next
    /// takes the place.
    ///
    /// # Errors
    /// `service-unknown`, `busy`, `domain-unknown`, `domain-last`.
    pub async fn remove_domain(&self, name: &str, domain: &str) -> Result<JobId, Trouble> {
        let domain = domain.trim_end_matches('.').to_ascii_lowercase();
        self.change_domains(name, |service| {
            let mut domains = service.domains.clone();
            domains.retain(|known| *known != domain);
            match domains.is_empty() {
                _ if domains.len() == service.domains.len() => Err(not_there(service, &domain)),
                true => Err(the_last(service, &domain)),
                false => Ok(domains),
            }
        })
    }

    /// Makes a domain the main one, and lets it lead to the service if it did
    /// not. The others go on leading there. Of the main one itself, the service
    /// is told once more, where its recipe has words for that.
    ///
    /// # Errors
    /// As of [`Lifecycle::add_domain`].
    pub async fn set_main_domain(&self, name: &str, domain: &str) -> Result<JobId, Trouble> {
        let domain = check_new_domain(domain, &self.ground().facts.base_domain)?;
        self.change_domains(name, |service| {
            let listens = recipe_of(service)?.has_commands(When::DomainChange);
            if service.domains.first() == Some(&domain) && !listens {
                return Err(main_already(service, &domain));
            }
            let others = service.domains.iter().filter(|known| **known != domain);
            Ok([&domain].into_iter().chain(others).cloned().collect())
        })
    }

    fn change_domains(
        &self,
        name: &str,
        change: impl FnOnce(&Service) -> Result<Vec<String>, Trouble>,
    ) -> Result<JobId, Trouble> {
        self.submit(|records| {
            let service = records.service_named(name)?;
            let service = service.ok_or_else(|| trouble::service_unknown(name))?;
            // Before anything is drawn: of one that is half installed, little could be.
            if let Some(job) = records.unfinished_job_on(&subject(service.id))? {
                return Err(Refusal::from(LedgerError::Busy { job: job.id.0, kind: job.kind }));
            }
            let domains = change(&service)?;
            for domain in &domains {
                let of = records.service_at(domain)?;
                if of.is_some_and(|of| of != service.id) {
                    return Err(Refusal::from(LedgerError::DomainTaken(domain.clone())));
                }
            }
            let mut change = DomainChange::of(self.ground(), records, &service, domains)?;
            change.told |= change.domains == change.before;
            Ok(Request::ChangeDomains { service: service.id, change }.on(&service))
        })
    }
}

fn already_there(service: &Service, domain: &str) -> Trouble {
    let name = &service.name;
    Trouble::new(
        "domain-there",
        text!("{domain} leads to {name} already.", "{domain} mène déjà à {name}."),
        text!(
            "To make it the main one: panier domain main {name} {domain}",
            "Pour en faire le domaine principal : panier domain main {name} {domain}"
        ),
    )
}

fn main_already(service: &Service, domain: &str) -> Trouble {
    let name = &service.name;
    Trouble::new(
        "domain-main",
        text!(
            "{domain} is the main domain of {name} already.",
            "{domain} est déjà le domaine principal de {name}."
        ),
        text!("There is nothing to do.", "Il n’y a rien à faire."),
    )
}

fn not_there(service: &Service, domain: &str) -> Trouble {
    let (name, domains) = (&service.name, service.domains.join(", "));
    Trouble::new(
        "domain-unknown",
        text!("{domain} does not lead to {name}.", "{domain} ne mène pas à {name}."),
        text!("These do: {domains}.", "Ceux-ci y mènent : {domains}."),
    )
}

fn the_last(service: &Service, domain: &str) -> Trouble {
    let name = &service.name;
    Trouble::new(
        "domain-last",
        text!(
            "{domain} is the only domain of {name}: without it, nobody would find it.",
            "{domain} est le seul domaine de {name} : sans lui, personne ne le trouverait."
        ),
        text!(
            "Give it the other one first: panier domain add {name} HOST",
            "Donnez-lui d’abord l’autre : panier domain add {name} HÔTE"
        ),
    )
}
