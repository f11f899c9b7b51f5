//! Commands and measures: in containers that exist, at moments that are whole.

use super::{Check, meant};
use crate::document::Place;
use crate::format::{Measure, When};
use crate::text;

impl Check<'_, '_, '_, '_> {
    pub(super) fn moments(&mut self) {
        let file = self.file;
        for (index, command) in file.command.iter().enumerate() {
            let place = Place::root().key("command").index(index);
            self.container_named(command.container.as_str(), &place.key("container"), true);
            if command.run.is_empty() {
                self.blank(&place.key("run"));
            }
            let scheduled = command.when == When::Schedule;
            if scheduled && command.every.is_none() {
                self.wrong(
                    "schedule-without-period",
                    &place.key("when"),
                    text!(
                        "This command is scheduled without saying how often.",
                        "Cette commande est planifiée sans dire à quel rythme."
                    ),
                    text!("Add it: every = \"5 min\"", "Ajoutez-le : every = \"5 min\""),
                );
            }
            if !scheduled && command.every.is_some() {
                self.wrong_key(
                    "period-without-schedule",
                    &place.key("every"),
                    text!(
                        "Only a scheduled command is run again and again.",
                        "Seule une commande planifiée se répète."
                    ),
                    text!(
                        "Write when = \"schedule\", or take “every” out.",
                        "Écrivez when = \"schedule\", ou retirez « every »."
                    ),
                );
            }
        }
        for (index, measure) in file.measure.iter().enumerate() {
            self.measure(measure, &Place::root().key("measure").index(index));
        }
    }

    fn measure(&mut self, measure: &Measure, place: &Place) {
        let whole = match (&measure.sql, &measure.sqlite, &measure.command) {
            (Some(_), _, None) | (None, None, Some(_)) => true,
            (_, _, Some(_)) | (None, _, None) => false,
        };
        if !whole {
            self.wrong(
                "measure-unclear",
                &place.key("name"),
                text!(
                    "It is not clear what is measured here.",
                    "On ne sait pas ce qui est mesuré ici."
                ),
                text!(
                    "Say either sql (with sqlite for a file), or command.",
                    "Dites soit sql (avec sqlite pour un fichier), soit command."
                ),
            );
        }
        if measure.name.trim().is_empty() {
            self.blank(&place.key("name"));
        }
        if measure.singular.is_some() && measure.label.is_none() {
            self.wrong_key(
                "singular-without-label",
                &place.key("singular"),
                text!(
                    "This says how one is called, and not how several are.",
                    "Ceci dit comment en appeler un, et pas comment en appeler plusieurs."
                ),
                text!(
                    "Add the word for several as “label”.",
                    "Ajoutez le mot pour plusieurs sous « label »."
                ),
            );
        }
        if let Some(file) = &measure.sqlite {
            let volumes = self.recipe.volumes();
            let volume = file.volume.as_str();
            if !volumes.contains(&volume) {
                self.wrong(
                    "volume-unknown",
                    &place.key("sqlite"),
                    text!("There is no volume “{volume}”.", "Il n’y a pas de volume « {volume} »."),
                    meant(volume, &volumes),
                );
            }
        } else if measure.sql.is_some() && self.file.database.is_none() {
            self.wrong(
                "database-missing",
                &place.key("sql"),
                text!(
                    "This asks a database, and the recipe has none.",
                    "Ceci interroge une base de données, et la recette n’en a pas."
                ),
                text!(
                    "Name an SQLite file with sqlite, or add [database].",
                    "Nommez un fichier SQLite avec sqlite, ou ajoutez [database]."
                ),
            );
        }
        if let Some(command) = &measure.command {
            let place = place.key("command");
            self.container_named(command.container.as_str(), &place.key("container"), true);
            if command.run.is_empty() {
                self.blank(&place.key("run"));
            }
        }
    }
}
