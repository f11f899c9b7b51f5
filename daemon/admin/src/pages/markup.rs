//! Texts as they stand in HTML.

use std::fmt;

/// A text whose signs that mean something in HTML are written so that they do not.
pub(crate) struct Escaped<'t>(pub(crate) &'t str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for sign in self.0.chars() {
            match sign {
                '&' => formatter.write_str("&amp;"),
                '<' => formatter.write_str("&lt;"),
                '>' => formatter.write_str("&gt;"),
                '"' => formatter.write_str("&quot;"),
                '\'' => formatter.write_str("&#39;"),
                other => fmt::Write::write_char(formatter, other),
            }?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Escaped;

    #[test]
    fn nothing_in_a_text_is_markup() {
        let shown = Escaped("<a href='\"'>&</a>").to_string();
        assert_eq!(shown, "&lt;a href=&#39;&quot;&#39;&gt;&amp;&lt;/a&gt;");
    }
}
