//! The template engine: minijinja, strict about what is undefined, limited in
//! what it may burn, without functions that would show more than was asked for.

mod literal;

use std::collections::{BTreeMap, BTreeSet};

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Error, UndefinedBehavior, Value};

/// What templates can name.
pub(crate) type Variables = BTreeMap<String, Value>;

/// Steps of the engine that one template may take; a configuration file of
/// some hundred lines takes a few thousand.
const FUEL: u64 = 200_000;

/// Renders templates.
pub(crate) struct Engine(Environment<'static>);

impl Engine {
    pub(crate) fn new() -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        // A line with a tag alone leaves no line behind; a file keeps its last one.
        if let Ok(syntax) = SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .keep_trailing_newline(true)
            .build()
        {
            environment.set_syntax(syntax);
        }
        // `debug` would print all variables, secrets included; the others make
        // long lists out of nothing.
        for function in ["debug", "range", "dict", "namespace"] {
            environment.remove_global(function);
        }
        for (name, filter) in literal::FILTERS {
            environment.add_filter(*name, *filter);
        }
        Self(environment)
    }

    /// Fills a template in.
    pub(crate) fn render(&self, template: &str, variables: &Variables) -> Result<String, Error> {
        // Most texts are no templates.
        if !template.contains('{') {
            return Ok(template.to_owned());
        }
        self.0.render_str(template, variables)
    }

    /// The names that a template asks for: `answer.title`, `domain`.
    pub(crate) fn names(&self, template: &str) -> Result<BTreeSet<String>, Error> {
        let template = self.0.template_from_str(template)?;
        Ok(template.undeclared_variables(true).into_iter().collect())
    }
}

/// The filters that write literals of other languages.
pub(crate) fn literal_filters() -> impl Iterator<Item = &'static str> + Clone {
    literal::FILTERS.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use minijinja::{ErrorKind, Value};

    use super::{Engine, Variables};

    #[test]
    fn what_is_undefined_stops_the_rendering() {
        let error = Engine::new().render("{{ nobody }}", &Variables::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UndefinedError);
    }

    #[test]
    fn a_template_cannot_run_for_ever() {
        let list: Value = (0..1000).collect();
        let variables = Variables::from([("l".to_owned(), list)]);
        let nested =
            "{% for a in l %}{% for b in l %}{% for c in l %}x{% endfor %}{% endfor %}{% endfor %}";
        let error = Engine::new().render(nested, &variables).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutOfFuel);
    }

    #[test]
    fn names_are_found_where_they_are_not_reached_too() {
        let names = Engine::new()
            .names("{% if a.b %}{{ c }}{% for e in f %}{{ e.g }}{% endfor %}{% endif %}");
        assert_eq!(Vec::from_iter(names.unwrap()), ["a.b", "c", "f"]);
    }

    #[test]
    fn a_file_keeps_its_last_line_break() {
        assert_eq!(Engine::new().render("{{ 1 }}\n", &Variables::new()).unwrap(), "1\n");
    }
}
