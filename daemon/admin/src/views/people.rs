//! Who may use the panel.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is known of who asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionView {
    /// Whether somebody is signed in.
    pub state: SessionStateView,
    /// The box's name: the domain below which its services are found.
    pub box_name: String,
}

/// Whether somebody is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = SessionState)]
pub enum SessionStateView {
    /// Nobody has chosen a password yet: the code from the command line is wanted.
    FirstRun,
    /// The password is wanted.
    SignedOut,
    /// All is open.
    SignedIn,
}

/// Something that must not be printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hidden(pub String);

impl fmt::Debug for Hidden {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("…")
    }
}

/// Who knows the password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignIn)]
pub struct SignInBody {
    /// The administrator's password.
    #[schema(value_type = String)]
    pub password: Hidden,
}

/// Who has the first-run code, and chooses the password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FirstRun)]
pub struct FirstRunBody {
    /// The code, as `panier code` shows it; dashes and case do not matter.
    #[schema(value_type = String)]
    pub code: Hidden,
    /// The password to be: 10 signs or more, and not a plain one.
    #[schema(value_type = String)]
    pub password: Hidden,
}

/// A password in the place of the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasswordChange)]
pub struct PasswordBody {
    /// The password as it is.
    #[schema(value_type = String)]
    pub current: Hidden,
    /// The password to be: 10 signs or more, and not a plain one.
    #[schema(value_type = String)]
    pub new: Hidden,
}

/// Where the panel is, and what opens it the first time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = FirstRunCode)]
pub struct CodeView {
    /// The panel's address.
    pub address: String,
    /// The code; none where a password was chosen already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub code: Option<String>,
    /// Until when it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub until: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::{Hidden, SignInBody};

    #[test]
    fn a_password_is_not_printed() {
        let body = SignInBody { password: Hidden("trois petits chats".into()) };
        assert_eq!(format!("{body:?}"), "SignInBody { password: … }");
    }
}
