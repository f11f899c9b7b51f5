//! Paths: inside a container, inside a volume, in a web address.

use std::fmt;

use super::{Misread, all, scalar};
use crate::text;

/// A path inside a container, from its root, without detours.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AbsolutePath(String);

impl AbsolutePath {
    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

scalar!(AbsolutePath, "absolute-path", "A path inside the container that begins with /", |text| {
    let good =
        text.len() > 1 && text.strip_prefix('/').is_some_and(straight) && !text.contains(':');
    if good {
        return Ok(AbsolutePath(text.to_owned()));
    }
    Err(Misread::new(
        "path-unusable",
        text!(
            "“{text}” is not a whole path inside the container.",
            "« {text} » n’est pas un chemin complet dans le conteneur."
        ),
        text!(
            "Begin with /, name a folder or file, and leave out “..”, “//”, “:” and a last “/”.",
            "Commencez par /, nommez un dossier ou un fichier, sans « .. », ni « // », ni « : », ni « / » final."
        ),
    ))
});

/// Whether a path without its first slash has no empty part and no detour.
fn straight(path: &str) -> bool {
    path.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
        && !path.chars().any(char::is_control)
}

/// A file in a volume: `data/app.db` is the file `app.db` of the volume `data`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolumeFile {
    /// The volume's name.
    pub volume: String,
    /// The file's path in it.
    pub path: String,
}

scalar!(VolumeFile, "volume-file", "A volume and a file in it: data/app.db", |text| {
    text.split_once('/')
        .filter(|(volume, path)| !volume.is_empty() && straight(path))
        .map(|(volume, path)| VolumeFile { volume: volume.to_owned(), path: path.to_owned() })
        .ok_or_else(|| {
            Misread::new(
                "volume-file-unusable",
                text!(
                    "“{text}” does not say a volume and a file in it.",
                    "« {text} » ne dit pas un volume et un fichier de ce volume."
                ),
                text!(
                    "Write the volume’s name, a slash, and the file’s path in it, such as \"data/app.db\".",
                    "Écrivez le nom du volume, une barre oblique, et le chemin du fichier, par exemple \"data/app.db\"."
                ),
            )
        })
});

/// A path of a web address, with its query if there is one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UrlPath(String);

impl UrlPath {
    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

scalar!(UrlPath, "url-path", "A path of a web address that begins with /", |text| {
    if text.starts_with('/')
        && !text.starts_with("//")
        && text.chars().all(|c| c.is_ascii_graphic() && c != '#')
    {
        return Ok(UrlPath(text.to_owned()));
    }
    Err(Misread::new(
        "url-path-unusable",
        text!(
            "“{text}” is not a path of a web address.",
            "« {text} » n’est pas un chemin d’adresse web."
        ),
        text!(
            "Begin with one /, without the host, spaces or #, such as \"/status\".",
            "Commencez par un seul /, sans le nom d’hôte, ni espace, ni #, par exemple \"/status\"."
        ),
    ))
});

/// Permissions of a file, three or four octal digits in quotes: `0400`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mode(u32);

impl Mode {
    /// Its owner alone may read it.
    pub(crate) const PRIVATE: Self = Self(0o400);

    /// The permission bits.
    #[must_use]
    pub fn bits(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04o}", self.0)
    }
}

scalar!(Mode, "mode", "Permissions in octal digits: 0400", |text| {
    let digits = all(text, |c| ('0'..='7').contains(&c)) && (3..=4).contains(&text.len());
    u32::from_str_radix(text, 8)
        .ok()
        .filter(|bits| digits && *bits <= 0o777)
        .map(Mode)
        .ok_or_else(|| {
            Misread::new(
                "mode-unreadable",
                text!("“{text}” are not permissions.", "« {text} » n’est pas un jeu de permissions."),
                text!(
                    "Write three or four octal digits in quotes, 0777 at most, such as \"0400\".",
                    "Écrivez trois ou quatre chiffres octaux entre guillemets, 0777 au plus, par exemple \"0400\"."
                ),
            )
        })
});

#[cfg(test)]
mod tests {
    use super::{AbsolutePath, Mode, UrlPath, VolumeFile};
    use crate::scalar::Scalar;

    #[test]
    fn container_paths_have_no_detours() {
        assert!(AbsolutePath::read("/var/lib/app").is_ok());
        for wrong in ["var", "/", "/a/../b", "/a//b", "/a/", "/a:ro", "/a\nb"] {
            assert!(AbsolutePath::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn modes_are_octal_without_special_bits() {
        assert_eq!(Mode::read("0640").unwrap().bits(), 0o640);
        assert_eq!(Mode::read("400").unwrap().bits(), 0o400);
        for wrong in ["4755", "0o400", "888", "40", "+400"] {
            assert!(Mode::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn web_paths_stay_on_the_host() {
        assert!(UrlPath::read("/api.php?action=query").is_ok());
        for wrong in ["status", "//elsewhere.example", "/a b", "/é", "https://a/b"] {
            assert!(UrlPath::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn files_of_volumes_stay_in_them() {
        assert_eq!(VolumeFile::read("data/a/b.db").unwrap().path, "a/b.db");
        for wrong in ["data", "/a", "data/", "data/../x", "data//x"] {
            assert!(VolumeFile::read(wrong).is_err(), "{wrong}");
        }
    }
}
