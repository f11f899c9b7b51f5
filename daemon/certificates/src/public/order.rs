//! One order, from its beginning or from where it was cut off, to its certificate.

use std::time::Duration;

use instant_acme::{
    Account, AuthorizationStatus, ChallengeStatus, ChallengeType, Error, Identifier, NewOrder,
    Order, OrderStatus, Problem, RetryPolicy,
};
use rcgen::{CertificateParams, DistinguishedName, KeyPair, PKCS_ECDSA_P256_SHA256};

use super::account::unusable;
use super::answer::{AnswerBoard, ChallengeAnswer, Way};
use super::failure::{Failure, Refusal, kind, refusal};
use super::schedule::after;
use super::shelf::{OrderFile, Shelf};
use super::web::Ear;
use super::{Clock, PublicAuthority};
use crate::leaf::Leaf;
use crate::tls::certified_key;

/// How an authority is asked whether it has decided. Most do within seconds.
const PATIENCE: RetryPolicy = RetryPolicy::new()
    .initial_delay(Duration::from_millis(250))
    .backoff(1.5)
    .timeout(Duration::from_secs(60));
/// An authority may say at each request that its nonce is stale (RFC 8555,
/// section 6.5). The library asks three times; after that the order is taken up
/// again from its file, so many times.
const STALE_NONCES: u32 = 12;
/// An order older than this has expired at every authority.
const LONGEST_ORDER: i64 = 7 * 24 * 60 * 60;

/// What one attempt is made with.
pub(super) struct Attempt<'a> {
    pub(super) shelf: &'a Shelf,
    pub(super) clock: &'a Clock,
    pub(super) authority: &'a PublicAuthority,
    pub(super) domain: &'a str,
    pub(super) ear: Ear,
}

/// Why an order does not go on.
pub(super) enum Stop {
    /// It is over with; its file has been removed.
    Failed(Failure),
    /// This way did not satisfy the authority.
    Unproven(Refusal),
    /// The authority does not know this order any more.
    Forgotten,
    /// The authority does not know the account any more.
    AccountForgotten,
    /// A nonce was stale once too often.
    StaleNonce,
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl Attempt<'_> {
    /// Runs until there is a certificate, or no way is left to try.
    pub(super) async fn run(
        &self,
        first: Way,
        board: &dyn AnswerBoard,
    ) -> Result<(Leaf, Way), Failure> {
        let mut way = self.unfinished().map_or(first, |order| order.way);
        let mut tried: Vec<Refusal> = Vec::new();
        let (mut stale, mut forgotten, mut registered) = (0, false, false);
        let mut account = None;
        loop {
            match self.one_order(&mut account, way, board).await {
                Ok(leaf) => return Ok((leaf, way)),
                Err(Stop::Failed(failure)) => {
                    // What will pass is waited for; what was refused is over.
                    if !failure.passes() {
                        self.forget()?;
                    }
                    return Err(failure);
                }
                Err(Stop::Unproven(refused)) => {
                    tried.push(refused);
                    self.forget()?;
                    way = way.other();
                    if tried.len() == 2 {
                        return Err(Failure::Unproven { tried });
                    }
                }
                Err(Stop::Forgotten) if !forgotten => {
                    forgotten = true;
                    self.forget()?;
                }
                Err(Stop::AccountForgotten) if !registered => {
                    registered = true;
                    self.forget()?;
                    account = None;
                    self.forget_account()?;
                }
                Err(Stop::StaleNonce) if stale < STALE_NONCES => stale += 1,
                Err(_again) => {
                    let detail = "it forgets what it was asked a moment ago".to_owned();
                    return Err(Failure::Away { detail });
                }
            }
        }
    }

    async fn one_order(
        &self,
        account: &mut Option<Account>,
        way: Way,
        board: &dyn AnswerBoard,
    ) -> Result<Leaf, Stop> {
        let account = match account {
            Some(account) => account,
            None => account.insert(self.account().await?),
        };
        let (mut order, mut file) = match self.unfinished() {
            Some(file) => (self.take_up(account, &file).await?, file),
            None => self.begin(account, way).await?,
        };
        tracing::debug!(domain = self.domain, state = ?order.state().status, "order");
        if order.state().status == OrderStatus::Pending {
            self.prove(&mut order, &mut file, board).await?;
        }
        if order.state().status == OrderStatus::Invalid {
            let refused = self.why_invalid(&mut order, file.way).await?;
            return Err(Stop::Unproven(refused));
        }
        if order.state().status == OrderStatus::Ready {
            let request = signing_request(self.domain, &file.key_pem)?;
            order.finalize_csr(&request).await.map_err(|error| self.stop(error))?;
        }
        let chain = match order.state().status {
            OrderStatus::Valid => order.certificate().await,
            _ => order.poll_certificate(&PATIENCE).await.map(Some),
        };
        let chain = chain.map_err(|error| self.stop(error))?.ok_or(Failure::Slow)?;
        self.take_home(chain, file.key_pem)
    }

    /// The order of an earlier attempt, where it may still be known.
    fn unfinished(&self) -> Option<OrderFile> {
        let oldest = after((self.clock)(), -LONGEST_ORDER);
        self.shelf.order(self.domain, self.authority).filter(|order| order.begun > oldest)
    }

    async fn take_up(&self, account: &Account, file: &OrderFile) -> Result<Order, Stop> {
        match account.order(file.url.clone()).await {
            Ok(mut order) => match order.state().status {
                // It failed while nobody was looking: begun again.
                OrderStatus::Invalid => Err(Stop::Forgotten),
                _ => Ok(order),
            },
            // Which problem an order that is not known is, each authority
            // decides for itself.
            Err(Error::Api(problem)) => Err(match self.stop(Error::Api(problem)) {
                Stop::Failed(Failure::Refused { .. }) => Stop::Forgotten,
                stop => stop,
            }),
            Err(error) => Err(self.stop(error)),
        }
    }

    async fn begin(&self, account: &Account, way: Way) -> Result<(Order, OrderFile), Stop> {
        let identifiers = [Identifier::Dns(self.domain.to_owned())];
        let order = account.new_order(&NewOrder::new(&identifiers)).await;
        let order = order.map_err(|error| self.stop(error))?;
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(|e| unusable(&e))?;
        let file = OrderFile {
            directory: self.authority.directory.clone(),
            url: order.url().to_owned(),
            key_pem: key.serialize_pem(),
            way,
            answer: None,
            begun: (self.clock)(),
        };
        self.keep(&file)?;
        Ok((order, file))
    }

    /// Shows what the authority asks for, tells it to look, and waits.
    async fn prove(
        &self,
        order: &mut Order,
        file: &mut OrderFile,
        board: &dyn AnswerBoard,
    ) -> Result<(), Stop> {
        let mut authorizations = order.authorizations();
        while let Some(next) = authorizations.next().await {
            let mut next = next.map_err(|error| self.stop(error))?;
            if next.status != AuthorizationStatus::Pending {
                continue;
            }
            let kind = match file.way {
                Way::Http => ChallengeType::Http01,
                Way::Tls => ChallengeType::TlsAlpn01,
            };
            let Some(mut challenge) = next.challenge(kind) else {
                return Err(Stop::Unproven(refusal(file.way, None)));
            };
            let proof = challenge.key_authorization();
            let answer = match file.way {
                Way::Http => ChallengeAnswer::Http {
                    domain: self.domain.to_owned(),
                    token: challenge.token.clone(),
                    content: proof.as_str().to_owned(),
                },
                Way::Tls => ChallengeAnswer::by_tls(self.domain, proof.digest().as_ref())
                    .map_err(|error| unusable(&error))?,
            };
            file.answer = Some(answer);
            self.keep(file)?;
            let all = self.shelf.orders().into_iter().filter_map(|order| order.answer).collect();
            board.show(all).await.map_err(|_away| Failure::DoorAway)?;
            // One that is being looked at already is not asked twice.
            if challenge.status == ChallengeStatus::Pending {
                challenge.set_ready().await.map_err(|error| self.stop(error))?;
            }
        }
        match order.poll_ready(&PATIENCE).await {
            Ok(_) => Ok(()),
            // The order's own error says less than its challenge's.
            Err(Error::Api(_)) if order.state().status == OrderStatus::Invalid => Ok(()),
            Err(error) => Err(self.stop(error)),
        }
    }

    /// The authority's own words for why it was not satisfied.
    async fn why_invalid(&self, order: &mut Order, way: Way) -> Result<Refusal, Stop> {
        let whole = order.state().error.clone();
        let mut authorizations = order.authorizations();
        while let Some(next) = authorizations.next().await {
            let mut next = next.map_err(|error| self.stop(error))?;
            let state = next.refresh().await.map_err(|error| self.stop(error))?;
            let told = state.challenges.iter().find_map(|challenge| challenge.error.as_ref());
            if told.is_some() {
                return Ok(refusal(way, told));
            }
        }
        Ok(refusal(way, whole.as_ref()))
    }

    /// Checks what came, and keeps it; the order is over.
    fn take_home(&self, chain_pem: String, key_pem: String) -> Result<Leaf, Stop> {
        let kept = self.usable(chain_pem, key_pem).inspect_err(|_| {
            // It would be the same each time.
            let _stays = self.shelf.forget_order(self.domain);
        })?;
        self.shelf.set_leaf(self.domain, &kept).map_err(|error| Failure::of_files(&error))?;
        self.forget()?;
        Ok(kept)
    }

    fn usable(&self, chain_pem: String, key_pem: String) -> Result<Leaf, Failure> {
        certified_key(&chain_pem, &key_pem).map_err(|error| unusable(&error))?;
        let leaf = Leaf::from_pem(chain_pem, key_pem).map_err(|error| unusable(&error))?;
        if !leaf.names.iter().any(|name| name.eq_ignore_ascii_case(self.domain)) {
            let detail = format!("it is for {}", leaf.names.join(", "));
            return Err(Failure::Unusable { detail });
        }
        Ok(leaf)
    }

    fn keep(&self, file: &OrderFile) -> Result<(), Failure> {
        self.shelf.set_order(self.domain, file).map_err(|error| Failure::of_files(&error))
    }

    fn forget(&self) -> Result<(), Failure> {
        self.shelf.forget_order(self.domain).map_err(|error| Failure::of_files(&error))
    }

    pub(super) fn stop(&self, error: Error) -> Stop {
        match &error {
            Error::Api(problem) if kind(problem) == "badNonce" => Stop::StaleNonce,
            Error::Api(problem) if is_account_gone(problem) => Stop::AccountForgotten,
            _ => Stop::Failed(Failure::of(error, self.ear.until((self.clock)()))),
        }
    }
}

fn is_account_gone(problem: &Problem) -> bool {
    kind(problem) == "accountDoesNotExist"
}

fn signing_request(domain: &str, key_pem: &str) -> Result<Vec<u8>, Failure> {
    let made = || {
        let key = KeyPair::from_pem(key_pem)?;
        let mut params = CertificateParams::new(vec![domain.to_owned()])?;
        params.distinguished_name = DistinguishedName::new();
        Ok::<_, rcgen::Error>(params.serialize_request(&key)?.der().to_vec())
    };
    made().map_err(|error| unusable(&error))
}
