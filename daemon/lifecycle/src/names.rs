//! Names that people give: of services and of domains.

use recipe::{Trouble, text};

/// Longest name of a service: the engine's names and the box's own domain take the rest.
const LONGEST_NAME: usize = 32;

/// A service's name must do as a part of a domain and as a folder's name:
/// lower-case letters, digits and inner hyphens, a letter first.
pub(crate) fn check_name(name: &str) -> Result<(), Trouble> {
    if is_label(name) && name.len() <= LONGEST_NAME && name.starts_with(|c: char| c.is_alphabetic())
    {
        return Ok(());
    }
    Err(Trouble::new(
        "name-wrong",
        text!("“{name}” cannot name a service.", "« {name} » ne peut pas nommer un service."),
        text!(
            "Use up to {LONGEST_NAME} lower-case letters, digits and hyphens, a letter first.",
            "Utilisez au plus {LONGEST_NAME} lettres minuscules sans accent, chiffres et traits d’union, en commençant par une lettre."
        ),
    ))
}

/// A domain as the ledger keeps it: lower case, without a last dot (RFC 1123).
fn check_domain(domain: &str) -> Result<String, Trouble> {
    let kept = domain.trim_end_matches('.').to_ascii_lowercase();
    let good = kept.len() <= 253
        && kept.split('.').count() >= 2
        && kept.split('.').all(is_label)
        // An address is no name: the last label of a name is never a number.
        && !kept.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    if good {
        return Ok(kept);
    }
    Err(Trouble::new(
        "domain-wrong",
        text!("“{domain}” is not a domain.", "« {domain} » n’est pas un domaine."),
        text!(
            "Write it as pad.example.org; accented names in their xn-- form.",
            "Écrivez-le comme pad.exemple.org ; un nom accentué sous sa forme xn--."
        ),
    ))
}

/// The same, of one that is to lead to a service: the box's own leads to the panel.
pub(crate) fn check_new_domain(domain: &str, base_domain: &str) -> Result<String, Trouble> {
    let kept = check_domain(domain)?;
    if kept != base_domain {
        return Ok(kept);
    }
    Err(Trouble::new(
        "domain-of-the-box",
        text!(
            "{kept} is the box's own name: it leads to the panel.",
            "{kept} est le nom de la boîte elle-même : il mène au panneau."
        ),
        text!("Choose another, such as pad.{kept}.", "Choisissez-en un autre, comme pad.{kept}."),
    ))
}

/// What stands for a service's name in [`first_domains`].
const NAME: &str = "{name}";

/// Where services are found at first: below the box's own domain, with `{name}`
/// for the service's. Below `.local` it is one label: most devices look up no
/// longer names there (RFC 6762 allows them; nss-mdns, and so most of Linux,
/// asks for two labels alone).
pub fn first_domains(base_domain: &str) -> String {
    match base_domain.strip_suffix(".local") {
        // A label has 63 signs at most (RFC 1035), whichever name it begins with.
        Some(label) if !label.contains('.') && LONGEST_NAME + label.len() < 63 => {
            format!("{NAME}-{label}.local")
        }
        _ => format!("{NAME}.{base_domain}"),
    }
}

/// A service's first domain.
pub(crate) fn first_domain(name: &str, base_domain: &str) -> String {
    first_domains(base_domain).replace(NAME, name)
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= 63
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_parts_of_domains() {
        for good in ["pad", "pad-2", "a"] {
            check_name(good).unwrap();
        }
        for bad in ["", "Pad", "2pad", "pad-", "-pad", "pad.x", "a/b", "..", &"a".repeat(33)] {
            assert_eq!(check_name(bad).unwrap_err().code, "name-wrong", "{bad}");
        }
    }

    #[test]
    fn a_first_domain_is_one_that_devices_look_up() {
        assert_eq!(first_domain("pad", "asso.example.org"), "pad.asso.example.org");
        assert_eq!(first_domain("pad", "mesange.local"), "pad-mesange.local");
        assert_eq!(first_domain("pad", "a.mesange.local"), "pad.a.mesange.local");
        let long = "m".repeat(60);
        assert_eq!(first_domain("pad", &format!("{long}.local")), format!("pad.{long}.local"));
        assert_eq!(first_domains("mesange.local"), "{name}-mesange.local");
    }

    #[test]
    fn the_boxs_own_name_leads_to_no_service() {
        let taken = check_new_domain("Asso.example.org.", "asso.example.org").unwrap_err();
        assert_eq!(taken.code, "domain-of-the-box");
        check_new_domain("pad.asso.example.org", "asso.example.org").unwrap();
    }

    #[test]
    fn domains_are_kept_in_one_form() {
        assert_eq!(check_domain("Pad.Example.ORG.").unwrap(), "pad.example.org");
        for bad in ["pad", "", ".", "a..b", "10.0.0.1", "pad.example.org:80", "pâté.fr", "a b.c"]
        {
            assert_eq!(check_domain(bad).unwrap_err().code, "domain-wrong", "{bad}");
        }
    }
}
