//! What a container may do, and under which licence its software is shared.

use spdx::{Expression, LicenseId, ParseMode};

use super::{Misread, scalar};
use crate::nearest::nearest;
use crate::{Text, text};

/// Licences that are free and that SPDX does not mark so: the FSF has not
/// published a word on them. Each asks for no more than to keep a notice.
const FREE_THOUGH_UNMARKED: &[&str] = &["PostgreSQL", "0BSD", "MIT-0", "BlueOak-1.0.0"];

/// A licence by SPDX, free in the FSF's sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct License(String);

impl License {
    /// The SPDX expression, as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

scalar!(
    License,
    "spdx-license",
    "An SPDX expression of a free licence: AGPL-3.0-or-later",
    read_license
);

fn read_license(text: &str) -> Result<License, Misread> {
    let Ok(expression) = Expression::parse_mode(text, ParseMode::STRICT) else {
        return Err(Misread::new(
            "license-unknown",
            text!(
                "“{text}” is not a licence by its SPDX name.",
                "« {text} » n’est pas une licence par son nom SPDX."
            ),
            license_hint(text),
        ));
    };
    if expression.evaluate(|wanted| wanted.license.id().is_some_and(is_free)) {
        return Ok(License(text.to_owned()));
    }
    Err(Misread::new(
        "license-not-free",
        text!("“{text}” is not a free licence.", "« {text} » n’est pas une licence libre."),
        text!(
            "Panier installs free software only. Check the licence at its source, or choose another program.",
            "Panier n’installe que des logiciels libres. Vérifiez la licence à la source, ou choisissez un autre logiciel."
        ),
    ))
}

fn is_free(id: LicenseId) -> bool {
    id.is_fsf_free_libre() || FREE_THOUGH_UNMARKED.contains(&id.name)
}

fn license_hint(text: &str) -> Text {
    let names = || spdx::identifiers::LICENSES.iter().map(|license| license.name);
    // A family's name alone, such as AGPL: the newest of its licences.
    let family = format!("{}-", text.to_lowercase());
    let newest = names()
        .rfind(|name| name.to_lowercase().starts_with(&family) && name.ends_with("-or-later"));
    match newest.or_else(|| nearest(text, names())) {
        Some(name) => text!("Did you mean “{name}”?", "Vouliez-vous dire « {name} » ?"),
        None => text!(
            "Look its name up at https://spdx.org/licenses/, such as \"AGPL-3.0-or-later\".",
            "Cherchez son nom sur https://spdx.org/licenses/, par exemple \"AGPL-3.0-or-later\"."
        ),
    }
}

/// Capabilities that a service may keep: see capabilities(7).
const KNOWN: &[&str] = &[
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "IPC_LOCK",
    "KILL",
    "NET_ADMIN",
    "NET_BIND_SERVICE",
    "NET_RAW",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
    "SYS_NICE",
    "SYS_RESOURCE",
];

/// Capabilities that would open the box itself to a service.
const TOO_STRONG: &[&str] = &[
    "ALL",
    "AUDIT_CONTROL",
    "AUDIT_READ",
    "BLOCK_SUSPEND",
    "BPF",
    "CHECKPOINT_RESTORE",
    "DAC_READ_SEARCH",
    "LEASE",
    "LINUX_IMMUTABLE",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "MKNOD",
    "NET_BROADCAST",
    "PERFMON",
    "SYSLOG",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_MODULE",
    "SYS_PACCT",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "WAKE_ALARM",
];

/// A capability that a container keeps, by its name without `CAP_`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Capability(String);

impl Capability {
    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

scalar!(Capability, "capability", "A Linux capability without CAP_: CHOWN", |text| {
    if KNOWN.contains(&text) {
        return Ok(Capability(text.to_owned()));
    }
    if TOO_STRONG.contains(&text.trim_start_matches("CAP_")) {
        return Err(Misread::new(
            "capability-too-strong",
            text!(
                "“{text}” would let a service act on the box itself.",
                "« {text} » laisserait un service agir sur la machine elle-même."
            ),
            text!("No service gets this one.", "Aucun service ne la reçoit."),
        ));
    }
    let close = nearest(text.trim_start_matches("CAP_"), KNOWN.iter().copied());
    Err(Misread::new(
        "capability-unknown",
        text!("There is no capability “{text}”.", "Il n’y a pas de capacité « {text} »."),
        match close {
            Some(name) => text!("Did you mean “{name}”?", "Vouliez-vous dire « {name} » ?"),
            None => text!(
                "Write it in capitals without CAP_, such as \"CHOWN\".",
                "Écrivez-la en capitales sans CAP_, par exemple \"CHOWN\"."
            ),
        },
    ))
});

#[cfg(test)]
mod tests {
    use super::{Capability, FREE_THOUGH_UNMARKED, License};
    use crate::scalar::Scalar;

    #[test]
    fn free_licences_pass_and_others_do_not() {
        let used =
            ["AGPL-3.0-or-later", "Apache-2.0", "BSD-3-Clause", "CECILL-B", "MIT", "GPL-2.0-only"];
        for free in used.iter().chain(FREE_THOUGH_UNMARKED) {
            assert!(License::read(free).is_ok(), "{free}");
        }
        for not_free in ["SSPL-1.0", "BUSL-1.1", "Elastic-2.0", "CC-BY-NC-4.0"] {
            assert_eq!(License::read(not_free).unwrap_err().code, "license-not-free", "{not_free}");
        }
    }

    #[test]
    fn a_choice_is_free_when_one_side_is_and_a_sum_when_all_are() {
        assert!(License::read("SSPL-1.0 OR AGPL-3.0-only").is_ok());
        assert!(License::read("SSPL-1.0 AND AGPL-3.0-only").is_err());
    }

    #[test]
    fn a_misspelt_licence_gets_its_name() {
        let misread = License::read("AGPL-3.0-or-latter").unwrap_err();
        assert_eq!(misread.code, "license-unknown");
        assert_eq!(misread.hint.en, "Did you mean “AGPL-3.0-or-later”?");
        assert_eq!(License::read("agpl").unwrap_err().hint, misread.hint);
    }

    #[test]
    fn capabilities_that_open_the_box_are_refused() {
        assert!(Capability::read("SETUID").is_ok());
        assert_eq!(Capability::read("CAP_SYS_ADMIN").unwrap_err().code, "capability-too-strong");
        assert_eq!(Capability::read("CHWON").unwrap_err().hint.en, "Did you mean “CHOWN”?");
    }
}
