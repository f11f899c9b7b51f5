//! Aligned columns.

/// Rows below headings; each column is as wide as its widest cell.
pub(super) struct Table {
    rows: Vec<Vec<Cell>>,
}

/// One cell: its words, and the same as they are shown, colours included.
pub(super) struct Cell {
    width: usize,
    shown: String,
}

impl Cell {
    /// A cell whose words are shown in another way than they are measured.
    pub(super) fn painted(words: &str, paint: impl FnOnce(&str) -> String) -> Self {
        Self { width: words.chars().count(), shown: paint(words) }
    }
}

impl From<String> for Cell {
    fn from(words: String) -> Self {
        Self { width: words.chars().count(), shown: words }
    }
}

impl From<&str> for Cell {
    fn from(words: &str) -> Self {
        words.to_owned().into()
    }
}

impl Table {
    /// A table with its headings.
    pub(super) fn new(headings: Vec<Cell>) -> Self {
        Self { rows: vec![headings] }
    }

    pub(super) fn push(&mut self, row: Vec<Cell>) {
        self.rows.push(row);
    }

    /// The whole table, a line a row, nothing behind the last column.
    pub(super) fn lines(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widest = |column: usize| {
            let cells = self.rows.iter().filter_map(|row: &Vec<Cell>| row.get(column));
            cells.map(|cell| cell.width).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(widest).collect();
        let lines: Vec<String> = self.rows.iter().map(|row| line(row, &widths)).collect();
        lines.join("\n")
    }
}

fn line(row: &[Cell], widths: &[usize]) -> String {
    let mut line = String::new();
    let mut gap = 0;
    for (cell, width) in row.iter().zip(widths) {
        line.push_str(&" ".repeat(gap));
        line.push_str(&cell.shown);
        gap = width - cell.width + 2;
    }
    line.truncate(line.trim_end().len());
    line
}

#[cfg(test)]
mod tests {
    use super::{Cell, Table};

    #[test]
    fn columns_are_aligned_by_what_is_seen() {
        let mut table = Table::new(vec!["NAME".into(), "STATE".into(), "WHERE".into()]);
        let red = |words: &str| format!("\u{1b}[31m{words}\u{1b}[0m");
        table.push(vec!["été".into(), Cell::painted("ill", red), "a".into()]);
        table.push(vec!["budget".into(), "up".into(), String::new().into()]);
        let seen = table.lines().replace("\u{1b}[31m", "").replace("\u{1b}[0m", "");
        assert_eq!(seen, "NAME    STATE  WHERE\nété     ill    a\nbudget  up");
    }
}
