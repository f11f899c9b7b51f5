//! The face of this crate: what can be asked, checked before it becomes a job.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jobs::{Faults, Journal};
use ledger::{JobId, LedgerError, NewService, Records, Service, ServiceId, Standing, Wanted};
use recipe::{Recipe, Release, Trouble, text};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

use crate::board::Health;
use crate::content::Contents;
use crate::keeping::{Repositories, Restics};
use crate::names::{check_name, check_new_domain, first_domain};
use crate::reconcile::{self, Reconciler};
use crate::request::Request;
use crate::site::{Ground, Site, parse, recipe_of, subject};
use crate::{filling, routes, schedule, trouble};

/// How long unfinished jobs wait for the engine at the daemon's start.
const ENGINE_COMES: Duration = Duration::from_secs(120);
/// How often it is asked for in the meantime.
const ENGINE_ASKED: Duration = Duration::from_secs(1);

/// The services of a box, and what can be done with them.
#[derive(Clone)]
pub struct Lifecycle {
    ground: Arc<Ground>,
    journal: Arc<Journal>,
    wake: Arc<Notify>,
}

/// What to install.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InstallRequest {
    /// The recipe's id.
    pub recipe: String,
    /// The service's name; none: the recipe's id, with a number where it is taken.
    pub name: Option<String>,
    /// The release's version; none: the newest.
    pub release: Option<String>,
    /// Its domains, the main one first; none: its name below the box's own domain.
    pub domains: Vec<String>,
    /// Answers to the recipe's questions; what is left out gets its default.
    pub answers: BTreeMap<String, String>,
}

/// A task that ends with whoever began it.
struct AbortOnDrop(tokio::task::JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A trouble, or the ledger's refusal on its way to be one.
pub(crate) struct Refusal(Trouble);

impl From<LedgerError> for Refusal {
    fn from(error: LedgerError) -> Self {
        Self(trouble::of_ledger(&error))
    }
}

impl From<Trouble> for Refusal {
    fn from(trouble: Trouble) -> Self {
        Self(trouble)
    }
}

impl Lifecycle {
    /// Puts the lifecycle of a box together; nothing runs before [`Lifecycle::run`].
    #[must_use]
    pub fn new(site: Site, faults: Arc<dyn Faults>) -> Self {
        let restics = Restics::new(site.folders.restic.clone());
        Self::over(site, faults, Arc::new(restics))
    }

    /// The same, over repositories of another making.
    pub(crate) fn over(
        site: Site,
        faults: Arc<dyn Faults>,
        repositories: Arc<dyn Repositories>,
    ) -> Self {
        let ground = Arc::new(Ground::new(site, repositories));
        let contents = Arc::new(Contents(Arc::clone(&ground)));
        let journal =
            Journal::new(Arc::clone(&ground.ledger), contents, faults, Arc::clone(&ground.clock));
        Self { ground, journal, wake: Arc::default() }
    }

    /// The journal that its jobs are written in.
    #[must_use]
    pub fn journal(&self) -> &Arc<Journal> {
        &self.journal
    }

    pub(crate) fn ground(&self) -> &Arc<Ground> {
        &self.ground
    }

    /// Shows the routes, thaws what is frozen, lets unfinished jobs go on, then
    /// reconciles and keeps the schedule for as long as the daemon lives.
    ///
    /// # Errors
    /// Those of the ledger. An engine that is away is waited for: the reconciler
    /// takes up its work when it comes.
    pub async fn run(&self) -> Result<(), Trouble> {
        routes::close_again(&self.ground)?;
        routes::publish(&self.ground).await;
        self.wait_for_engine().await;
        self.journal.recover().map_err(|error| trouble::of_ledger(&error))?;
        // A night's work ends with the daemon's.
        let nights = tokio::spawn(self.clone().keep_nights());
        let _nights = AbortOnDrop(nights);
        let reconciler = Reconciler::new(
            Arc::clone(&self.ground),
            Arc::clone(&self.journal),
            Arc::clone(&self.wake),
        );
        let scheduled = schedule::run(Arc::clone(&self.ground), Arc::clone(&self.journal));
        let filling = filling::run(Arc::clone(&self.ground), Arc::clone(&self.journal));
        tokio::join!(reconciler.run(), scheduled, filling);
        Ok(())
    }

    /// Thaws what is frozen, as soon as the engine answers. At a boot that may
    /// take a while; jobs that were cut short should not fail for it.
    async fn wait_for_engine(&self) {
        let deadline = Instant::now() + ENGINE_COMES;
        while let Err(trouble) = reconcile::thaw(&self.ground).await {
            tracing::warn!(%trouble, "nothing could be thawed yet");
            if Instant::now() >= deadline {
                return;
            }
            sleep(ENGINE_ASKED).await;
        }
    }

    /// Installs a service.
    ///
    /// # Errors
    /// `recipe-unknown`, `recipe-wrong`, `release-unknown`, `answers-wrong`,
    /// `name-wrong`, `name-taken`, `domain-wrong`, `domain-taken`,
    /// `no-image-for-this-box`; nothing has been done then.
    pub async fn install(&self, request: InstallRequest) -> Result<JobId, Trouble> {
        let found = self.ground.recipes.text(&request.recipe)?;
        let recipe = parse(&found.file, &found.text)?;
        let release = self.release(&recipe, request.release.as_deref())?;
        let answers = recipe.check_answers(&request.answers).map_err(all_in_one)?;
        let own = &self.ground.facts.base_domain;
        let domains: Vec<String> =
            request.domains.iter().map(|it| check_new_domain(it, own)).collect::<Result<_, _>>()?;
        let secrets = make_secrets(&recipe)?;
        let created = (self.ground.clock)();
        let submitted = self.journal.submit(|records| {
            let name = match &request.name {
                Some(name) => name.clone(),
                None => free_name(records, recipe.id())?,
            };
            check_name(&name)?;
            let domains = if domains.is_empty() {
                vec![first_domain(&name, &self.ground.facts.base_domain)]
            } else {
                domains.clone()
            };
            let id = records.add_service(&NewService {
                name: &name,
                recipe: recipe.id(),
                recipe_text: &found.text,
                release: release.version(),
                revision: release.revision(),
                created,
                domains: &domains,
                answers: &answers,
                secrets: &secrets,
            })?;
            Ok::<_, Refusal>(Request::Install { service: id }.job(subject(id), name))
        });
        submitted.map_err(|refusal| refusal.0)
    }

    /// Starts a service that was stopped, and proves that it works.
    ///
    /// # Errors
    /// `service-unknown`, `busy`.
    pub async fn start(&self, name: &str) -> Result<JobId, Trouble> {
        self.on(name, |service| Request::Start { service: service.id, was: service.wanted })
    }

    /// Stops a service; it stays stopped until it is started.
    ///
    /// # Errors
    /// `service-unknown`, `busy`.
    pub async fn stop(&self, name: &str) -> Result<JobId, Trouble> {
        self.on(name, |service| Request::Stop { service: service.id, was: service.wanted })
    }

    /// Stops and starts a service.
    ///
    /// # Errors
    /// `service-unknown`, `busy`.
    pub async fn restart(&self, name: &str) -> Result<JobId, Trouble> {
        self.on(name, |service| Request::Restart { service: service.id, was: service.wanted })
    }

    /// Changes some of a service's answers; the others stay.
    ///
    /// # Errors
    /// `service-unknown`, `busy`, `answers-wrong`.
    pub async fn change_answers(
        &self,
        name: &str,
        changed: BTreeMap<String, String>,
    ) -> Result<JobId, Trouble> {
        let service = self.ground.service_named(name)?;
        let recipe = recipe_of(&service)?;
        let fixed = recipe.questions().iter().filter(|question| question.only_at_install);
        for key in fixed.map(|question| question.key.as_str()) {
            if changed.get(key).is_some_and(|new| service.answers.get(key) != Some(new)) {
                return Err(only_at_install(key));
            }
        }
        let mut answers = service.answers.clone();
        answers.extend(changed);
        let answers = recipe.check_answers(&answers).map_err(all_in_one)?;
        let before = service.answers.clone();
        self.on(name, |service| Request::ChangeAnswers { service: service.id, answers, before })
    }

    /// Removes a service: its data go to the trash, or with `purge` for good.
    ///
    /// # Errors
    /// `service-unknown`, `busy`.
    pub async fn remove(&self, name: &str, purge: bool) -> Result<JobId, Trouble> {
        let at = (self.ground.clock)();
        self.on(name, |service| Request::Remove { service: service.id, purge, at })
    }

    /// Brings a service back from the trash, under its old name or another.
    ///
    /// # Errors
    /// `trash-unknown`, `name-wrong`, `name-taken`, `domain-taken`, `busy`.
    pub async fn restore_from_trash(
        &self,
        id: ServiceId,
        name: Option<String>,
    ) -> Result<JobId, Trouble> {
        let (service, removed) = self.in_trash(id)?;
        if let Some(name) = &name {
            check_name(name)?;
        }
        let submitted = self.journal.submit(|records| {
            if let Some(name) = &name {
                records.rename_service(id, name)?;
            }
            if records.service_named(name.as_deref().unwrap_or(&service.name))?.is_some() {
                return Err(Refusal::from(LedgerError::NameTaken(
                    name.clone().unwrap_or_else(|| service.name.clone()),
                )));
            }
            // Its domains are its own again, unless another service has got them.
            records.set_domains(id, &service.domains)?;
            records.set_standing(id, Standing::Installing)?;
            records.set_wanted(id, Wanted::Running)?;
            let request =
                Request::RestoreFromTrash { service: id, removed, name: service.name.clone() };
            let shown = name.clone().unwrap_or_else(|| service.name.clone());
            Ok(request.job(subject(id), shown))
        });
        submitted.map_err(|refusal| refusal.0)
    }

    /// Deletes a removed service's data for good.
    ///
    /// # Errors
    /// `trash-unknown`, `busy`.
    pub async fn purge_from_trash(&self, id: ServiceId) -> Result<JobId, Trouble> {
        let (service, _removed) = self.in_trash(id)?;
        self.submit(|_records| Ok(Request::PurgeFromTrash { service: id }.on(&service)))
    }

    /// Builds images ahead of time: those of these folders, or all.
    ///
    /// # Errors
    /// `image-unknown`, `busy`.
    pub async fn build_images(&self, folders: Vec<String>) -> Result<JobId, Trouble> {
        let listed =
            self.ground.images.list().map_err(|error| trouble::of_home_image("images", &error))?;
        if let Some(unknown) =
            folders.iter().find(|folder| !listed.iter().any(|image| image.folder == **folder))
        {
            let mut known: Vec<&str> = listed.iter().map(|it| it.folder.as_str()).collect();
            known.dedup();
            let known = known.join(", ");
            return Err(Trouble::new(
                "image-unknown",
                text!(
                    "There is no image {unknown} to build.",
                    "Il n’y a pas d’image {unknown} à construire."
                ),
                text!("These can be built: {known}.", "On peut construire celles-ci : {known}."),
            ));
        }
        let images = listed
            .into_iter()
            .filter(|image| folders.is_empty() || folders.contains(&image.folder))
            .map(|image| (image.folder, image.version))
            .collect();
        let shown = if folders.is_empty() { "*".to_owned() } else { folders.join(", ") };
        self.submit(|_records| Ok(Request::BuildImages { images }.job("images".to_owned(), shown)))
    }

    /// How a service is, now.
    #[must_use]
    pub fn health(&self, id: ServiceId) -> Health {
        let job = self
            .ground
            .read(|records| Ok((records.unfinished_job_on(&subject(id))?, records.service(id)?)));
        match job {
            Ok((Some(job), _)) => Health::Working { job: job.id, kind: job.kind },
            Ok((None, Some(service))) => {
                self.ground.board.health(id).unwrap_or(match (service.wanted, service.held) {
                    (Wanted::Running, _) => Health::Starting,
                    (Wanted::Stopped, None) => Health::Stopped,
                    (Wanted::Stopped, Some(trouble)) => Health::Ill { trouble },
                })
            }
            Ok((None, None)) => Health::Stopped,
            Err(trouble) => Health::Ill { trouble },
        }
    }

    /// Where people reach a service: its main domain, with the port where that
    /// is not the usual one.
    #[must_use]
    pub fn address(&self, service: &Service) -> String {
        let domain = service.domains.first().map(String::as_str).unwrap_or_default();
        match self.ground.https_port {
            443 => format!("https://{domain}"),
            port => format!("https://{domain}:{port}"),
        }
    }

    pub(crate) fn on(
        &self,
        name: &str,
        request: impl FnOnce(&Service) -> Request,
    ) -> Result<JobId, Trouble> {
        let name = name.to_owned();
        self.submit(|records| {
            let service =
                records.service_named(&name)?.ok_or_else(|| trouble::service_unknown(&name))?;
            Ok(request(&service).on(&service))
        })
    }

    pub(crate) fn submit(
        &self,
        new: impl FnOnce(&Records<'_>) -> Result<ledger::NewJob, Refusal>,
    ) -> Result<JobId, Trouble> {
        self.journal.submit(new).map_err(|refusal| refusal.0)
    }

    pub(crate) fn release<'r>(
        &self,
        recipe: &'r Recipe,
        wanted: Option<&str>,
    ) -> Result<&'r Release, Trouble> {
        let id = recipe.id();
        let release = match wanted {
            None => recipe.newest(),
            Some(wanted) => recipe.release(wanted).ok_or_else(|| {
                Trouble::new(
                    "release-unknown",
                    text!("{id} has no release {wanted}.", "{id} n’a pas de version {wanted}."),
                    text!(
                        "See its releases: panier recipe show {id}",
                        "Voyez ses versions : panier recipe show {id}"
                    ),
                )
            })?,
        };
        self.runs_here(recipe, release).map(|()| release)
    }

    /// Sees to it that a release has images for this box.
    pub(crate) fn runs_here(&self, recipe: &Recipe, release: &Release) -> Result<(), Trouble> {
        if recipe.runs_on(release, &self.ground.architecture) {
            return Ok(());
        }
        let id = recipe.id();
        let (version, architecture) = (release.version(), &self.ground.architecture);
        Err(Trouble::new(
            "no-image-for-this-box",
            text!(
                "{id} {version} has no image for this box ({architecture}).",
                "{id} {version} n’a pas d’image pour cette boîte ({architecture})."
            ),
            text!("Choose another release.", "Choisissez une autre version."),
        ))
    }

    fn in_trash(&self, id: ServiceId) -> Result<(Service, jiff::Timestamp), Trouble> {
        let found = self.ground.read(|records| records.service(id))?;
        match found {
            Some(service) => match service.standing {
                Standing::Removed { at } => Ok((service, at)),
                _ => Err(not_in_trash(id)),
            },
            None => Err(not_in_trash(id)),
        }
    }
}

pub(crate) fn only_at_install(key: &str) -> Trouble {
    Trouble::new(
        "answers-wrong",
        text!(
            "{key} is asked at the install only, and cannot be changed afterwards.",
            "{key} n’est demandé qu’à l’installation et ne peut plus changer ensuite."
        ),
        text!(
            "Leave it as it is, or install a second service with the other answer.",
            "Laissez-le tel quel, ou installez un deuxième service avec l’autre réponse."
        ),
    )
}

fn not_in_trash(id: ServiceId) -> Trouble {
    Trouble::new(
        "trash-unknown",
        text!("Number {id} is not in the trash.", "Le numéro {id} n’est pas dans la corbeille."),
        text!("See what is in it: panier trash list", "Voyez ce qui y est : panier trash list"),
    )
}

/// The recipe's id, or with the first number from 2 that makes it free.
fn free_name(records: &Records<'_>, id: &str) -> Result<String, LedgerError> {
    let mut name = id.to_owned();
    let mut number = 2;
    while records.service_named(&name)?.is_some() {
        name = format!("{id}-{number}");
        number += 1;
    }
    Ok(name)
}

pub(crate) fn make_secrets(recipe: &Recipe) -> Result<BTreeMap<String, String>, Trouble> {
    let mut secrets = BTreeMap::new();
    for spec in recipe.secrets() {
        let secret = loop {
            let mut bytes = vec![0; spec.random_bytes()];
            system::random::fill(&mut bytes).map_err(|error| {
                trouble::of_file(
                    text!("The machine gave no random bytes.", "La machine n’a pas donné d’aléa."),
                    &error,
                )
            })?;
            if let Some(secret) = spec.from_random(&bytes) {
                break secret;
            }
        };
        secrets.insert(spec.name, secret);
    }
    Ok(secrets)
}

/// Several wrong answers, told at once.
pub(crate) fn all_in_one(troubles: Vec<Trouble>) -> Trouble {
    use recipe::Text;
    let joined = |choose: fn(&Text) -> &str| {
        troubles.iter().map(|it| choose(&it.what)).collect::<Vec<_>>().join(" ")
    };
    let what = Text::new(joined(|text| &text.en), joined(|text| &text.fr));
    let remedy = troubles.into_iter().next().map_or_else(
        || text!("Correct the answers.", "Corrigez les réponses."),
        |first| first.remedy,
    );
    Trouble::new("answers-wrong", what, remedy)
}
