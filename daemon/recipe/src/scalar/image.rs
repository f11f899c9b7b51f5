//! Where an image comes from, as recipes write it.

use super::{Misread, all, scalar};
use crate::text;

/// An image's name in a registry, whole, without tag or digest:
/// `docker.io/library/nextcloud`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageName(String);

impl ImageName {
    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

scalar!(
    ImageName,
    "image-name",
    "Registry and name, without tag: docker.io/library/nextcloud",
    read_image
);

fn read_image(text: &str) -> Result<ImageName, Misread> {
    let (host, name) = text.split_once('/').unwrap_or(("", text));
    if name.contains(':') || name.contains('@') {
        return Err(Misread::new(
            "image-with-tag",
            text!(
                "“{text}” carries a tag or a digest.",
                "« {text} » porte une étiquette ou une empreinte."
            ),
            text!(
                "Leave it out: the tag is the release’s version, or what “tag” says; the digest stands in the release.",
                "Retirez-la : l’étiquette est la version, ou ce que dit « tag » ; l’empreinte va dans « release »."
            ),
        ));
    }
    let part = |part: &str| {
        all(part, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c))
            && part.starts_with(|c: char| c.is_ascii_alphanumeric())
            && part.ends_with(|c: char| c.is_ascii_alphanumeric())
    };
    let registry = host.contains('.')
        && all(host, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-:".contains(c));
    if registry && name.split('/').all(part) {
        return Ok(ImageName(text.to_owned()));
    }
    Err(Misread::new(
        "image-unreadable",
        text!(
            "“{text}” is not the whole name of an image.",
            "« {text} » n’est pas le nom complet d’une image."
        ),
        text!(
            "Write the registry’s host too, such as \"docker.io/library/nextcloud\".",
            "Écrivez aussi l’hôte du registre, par exemple \"docker.io/library/nextcloud\"."
        ),
    ))
}

/// A folder of images built at home: `images/ihatemoney`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildFolder(String);

impl BuildFolder {
    /// The folder's own name under `images/`.
    #[must_use]
    pub fn folder(&self) -> &str {
        &self.0
    }
}

scalar!(BuildFolder, "build-folder", "A folder under images/: images/ihatemoney", |text| {
    text.strip_prefix("images/")
        .filter(|folder| all(folder, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'))
        .map(|folder| BuildFolder(folder.to_owned()))
        .ok_or_else(|| {
            Misread::new(
                "build-unreadable",
                text!(
                    "“{text}” is not a folder of images built at home.",
                    "« {text} » n’est pas un dossier d’images faites maison."
                ),
                text!(
                    "Write images/ and the folder’s name, such as \"images/ihatemoney\".",
                    "Écrivez images/ puis le nom du dossier, par exemple \"images/ihatemoney\"."
                ),
            )
        })
});

/// An image's digest, `sha256:` and 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest(String);

impl Digest {
    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

scalar!(Digest, "digest", "sha256: and 64 hexadecimal digits", |text| {
    let good = text.strip_prefix("sha256:").is_some_and(|hex| {
        hex.len() == 64 && all(hex, |c| c.is_ascii_digit() || ('a'..='f').contains(&c))
    });
    if good {
        return Ok(Digest(text.to_owned()));
    }
    Err(Misread::new(
        "digest-unreadable",
        text!("“{text}” is not a digest.", "« {text} » n’est pas une empreinte."),
        text!(
            "Write sha256: and the 64 digits that the registry shows.",
            "Écrivez sha256: puis les 64 chiffres que montre le registre."
        ),
    ))
});

#[cfg(test)]
mod tests {
    use super::{BuildFolder, Digest, ImageName};
    use crate::scalar::Scalar;

    #[test]
    fn images_are_whole_names_without_tags() {
        assert!(ImageName::read("ghcr.io/ether/etherpad").is_ok());
        assert!(ImageName::read("registry.example.org:5000/a/b").is_ok());
        for wrong in
            ["nextcloud", "library/nextcloud", "docker.io/", "docker.io/A", "docker.io/a//b"]
        {
            assert_eq!(ImageName::read(wrong).unwrap_err().code, "image-unreadable", "{wrong}");
        }
        for tagged in ["docker.io/a/b:1", "docker.io/a/b@sha256:00", "nextcloud:33"] {
            assert_eq!(ImageName::read(tagged).unwrap_err().code, "image-with-tag", "{tagged}");
        }
    }

    #[test]
    fn build_folders_are_under_images() {
        assert_eq!(BuildFolder::read("images/miniflux").unwrap().folder(), "miniflux");
        for wrong in ["miniflux", "images/", "images/../x", "images/a/b"] {
            assert!(BuildFolder::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn digests_have_64_digits() {
        assert!(Digest::read(&format!("sha256:{}", "0a".repeat(32))).is_ok());
        for wrong in
            ["sha256:00".to_owned(), format!("sha256:{}", "0A".repeat(32)), "0a".repeat(32)]
        {
            assert!(Digest::read(&wrong).is_err(), "{wrong}");
        }
    }
}
