//! How the OpenAPI document describes sentences for people. The values
//! themselves are `recipe`'s, which does not know of OpenAPI.

use utoipa::ToSchema;

/// One sentence, or a few, in both languages.
#[derive(ToSchema)]
#[schema(as = Text)]
#[expect(dead_code, reason = "describes recipe::Text to the OpenAPI document, and is never made")]
pub struct TextShape {
    /// In English.
    en: String,
    /// In French.
    fr: String,
}

/// Something that is wrong: a code that never changes, what happened, why, and
/// what to do now.
#[derive(ToSchema)]
#[schema(as = Trouble)]
#[expect(
    dead_code,
    reason = "describes recipe::Trouble to the OpenAPI document, and is never made"
)]
pub struct TroubleShape {
    /// Stable, in kebab case.
    code: String,
    /// What happened.
    what: TextShape,
    /// Why, as far as it is known.
    #[schema(required = false)]
    why: Option<TextShape>,
    /// What to do now.
    remedy: TextShape,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use recipe::{Trouble, text};
    use utoipa::PartialSchema;

    use super::{TextShape, TroubleShape};

    fn described<T: PartialSchema>() -> BTreeSet<String> {
        let schema = serde_json::to_value(T::schema()).unwrap();
        schema["properties"].as_object().unwrap().keys().cloned().collect()
    }

    fn said(value: &impl serde::Serialize) -> BTreeSet<String> {
        serde_json::to_value(value).unwrap().as_object().unwrap().keys().cloned().collect()
    }

    #[test]
    fn the_description_is_of_what_is_sent() {
        let text = text!("It is so.", "C’est ainsi.");
        assert_eq!(described::<TextShape>(), said(&text));
        let trouble = Trouble::new("so", text.clone(), text.clone()).because(text);
        assert_eq!(described::<TroubleShape>(), said(&trouble));
    }
}
