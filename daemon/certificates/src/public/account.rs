//! The box's account with an authority.

use instant_acme::{Account, Key};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::failure::Failure;
use super::order::{Attempt, Stop};
use super::shelf::AccountFile;
use super::web::Web;

impl Attempt<'_> {
    /// Opens the account, or makes it. Its key is on the disk before the
    /// authority hears of it: a kill in between leaves an account that is found
    /// again by its key, not one that is lost.
    pub(super) async fn account(&self) -> Result<Account, Stop> {
        let file = match self.shelf.account(self.authority) {
            Some(file) => file,
            None => self.new_key()?,
        };
        let account = match &file.id {
            Some(id) => {
                let key = pkcs8(&file.key_pem)?;
                let directory = self.authority.directory.clone();
                let opened = Account::builder_with_http(self.web()?);
                let opened = opened.from_parts(id.clone(), key, directory).await;
                opened.map_err(|error| self.stop(error))?
            }
            None => self.register(&file).await?,
        };
        self.tell_contact(&account).await?;
        Ok(account)
    }

    /// An authority that has forgotten the account is given it once more, by
    /// the same key.
    pub(super) fn forget_account(&self) -> Result<(), Failure> {
        match self.shelf.account(self.authority) {
            Some(file) => self.keep_account(&AccountFile { id: None, contact: None, ..file }),
            None => Ok(()),
        }
    }

    fn new_key(&self) -> Result<AccountFile, Failure> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256);
        let key_pem = key.map_err(|error| unusable(&error))?.serialize_pem();
        let directory = self.authority.directory.clone();
        let file = AccountFile { directory, key_pem, id: None, contact: None };
        self.keep_account(&file)?;
        Ok(file)
    }

    /// Makes the account of this key, or finds the one that there is.
    async fn register(&self, file: &AccountFile) -> Result<Account, Stop> {
        let der = pkcs8(&file.key_pem)?;
        let key = Key::from_pkcs8_der(der.clone_key()).map_err(|error| self.stop(error))?;
        let made = Account::builder_with_http(self.web()?)
            .create_from_key((key, PrivateKeyDer::Pkcs8(der)), self.authority.directory.clone())
            .await;
        let (account, _credentials) = made.map_err(|error| self.stop(error))?;
        self.keep_account(&AccountFile { id: Some(account.id().to_owned()), ..file.clone() })?;
        Ok(account)
    }

    async fn tell_contact(&self, account: &Account) -> Result<(), Stop> {
        let Some(file) = self.shelf.account(self.authority) else { return Ok(()) };
        if file.contact == self.authority.contact {
            return Ok(());
        }
        let contact = self.authority.contact.as_ref().map(|mail| format!("mailto:{mail}"));
        let contacts: Vec<&str> = contact.iter().map(String::as_str).collect();
        match account.update_contacts(&contacts).await {
            Err(error) => Err(self.stop(error)),
            Ok(()) => {
                let contact = self.authority.contact.clone();
                Ok(self.keep_account(&AccountFile { contact, ..file })?)
            }
        }
    }

    fn keep_account(&self, file: &AccountFile) -> Result<(), Failure> {
        self.shelf.set_account(self.authority, file).map_err(|error| Failure::of_files(&error))
    }

    fn web(&self) -> Result<Box<Web>, Failure> {
        let web = Web::new(self.authority, std::sync::Arc::clone(self.clock), self.ear.clone());
        web.map(Box::new).map_err(|error| Failure::Away { detail: error.to_string() })
    }
}

fn pkcs8(key_pem: &str) -> Result<PrivatePkcs8KeyDer<'static>, Failure> {
    PrivatePkcs8KeyDer::from_pem_slice(key_pem.as_bytes()).map_err(|error| unusable(&error))
}

pub(super) fn unusable(error: &dyn std::error::Error) -> Failure {
    Failure::Unusable { detail: error.to_string() }
}
