//! Product feeds as tables: comma or tab separated, with the column names shops and the Merchant feed use.

use super::DecimalError;
use super::ERRORS_MAX;
use super::FileError;
use super::RowError;
use super::open;
use super::parse_minor;
use super::read_all;
use crate::catalog::Draft;
use crate::model::Currency;
use crate::model::Timestamp;
use std::io::Read;

/// Which columns mean what. For each field the first name that the header has is used; names match in any case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// Currency of the catalog; a row in another one is refused.
    pub currency: Currency,
    pub id: Vec<String>,
    pub title: Vec<String>,
    pub link: Vec<String>,
    pub image: Vec<String>,
    pub price: Vec<String>,
    /// Optional column with the price's currency.
    pub row_currency: Vec<String>,
    pub cost: Vec<String>,
    pub brand: Vec<String>,
    /// Dotted path, or `A > B > C`, whose last level then names the category for people.
    pub category: Vec<String>,
    pub category_label: Vec<String>,
    /// `in_stock`, `out_of_stock`, `preorder`, `backorder`, with blanks or underscores.
    pub availability: Vec<String>,
    pub stock: Vec<String>,
    /// Milliseconds since the Unix epoch.
    pub added: Vec<String>,
    /// One column with `name:value; name:value`.
    pub attributes: Vec<String>,
    /// Columns that are attributes by their own name. So is every column whose name begins with `attribute:`.
    pub attribute_columns: Vec<String>,
}

impl Mapping {
    /// The names that the Merchant feed and common exports use.
    pub fn new(currency: Currency) -> Mapping {
        let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect();
        Mapping {
            currency,
            id: names(&["id", "product_id", "sku"]),
            title: names(&["title", "name"]),
            link: names(&["link", "href", "url"]),
            image: names(&["image", "image_link", "image_url"]),
            price: names(&["price"]),
            row_currency: names(&["currency"]),
            cost: names(&["cost", "cost_of_goods_sold"]),
            brand: names(&["brand", "vendor"]),
            category: names(&["category", "category_code", "product_type"]),
            category_label: names(&["category_label"]),
            availability: names(&["availability"]),
            stock: names(&["stock", "inventory", "quantity"]),
            added: names(&["added", "added_ms"]),
            attributes: names(&["attributes"]),
            attribute_columns: names(&["color", "size", "material", "pattern", "gender", "age_group", "condition"]),
        }
    }
}

/// Places of the columns in one file.
struct Columns {
    headers: Vec<String>,
    id: usize,
    title: usize,
    price: usize,
    link: Option<usize>,
    image: Option<usize>,
    row_currency: Option<usize>,
    cost: Option<usize>,
    brand: Option<usize>,
    category: Option<usize>,
    category_label: Option<usize>,
    availability: Option<usize>,
    stock: Option<usize>,
    added: Option<usize>,
    attributes: Option<usize>,
    /// Place and name of an attribute.
    attribute_columns: Vec<(usize, String)>,
}

/// Reads a feed. Rows that cannot be understood are returned as errors, at most 1,000 of them; what a draft must hold is checked when the
/// catalog is built.
///
/// # Errors
/// The file cannot be read, or has no column for id, title or price.
pub fn parse(reader: impl Read, mapping: &Mapping) -> Result<(Vec<Draft>, Vec<RowError>), FileError> {
    let text = read_all(reader)?;
    let mut table = open(&text);
    let headers: Vec<String> = table.headers().map_err(FileError::Read)?.iter().map(str::to_ascii_lowercase).collect();
    let columns = Columns::find(headers, mapping)?;
    let (mut drafts, mut errors) = (Vec::new(), Vec::new());
    for row in table.records() {
        let parsed = match &row {
            Ok(row) => columns.draft(row, mapping),
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                Err(RowError { line, field: "row".to_owned(), message: error.to_string() })
            }
        };
        match parsed {
            Ok(draft) => drafts.push(draft),
            Err(error) if errors.len() < ERRORS_MAX => errors.push(error),
            Err(_) => {}
        }
    }
    Ok((drafts, errors))
}

impl Columns {
    fn find(headers: Vec<String>, mapping: &Mapping) -> Result<Columns, FileError> {
        let at = |names: &[String]| names.iter().find_map(|name| headers.iter().position(|header| header.eq_ignore_ascii_case(name)));
        let need = |field, names: &[String]| at(names).ok_or_else(|| FileError::MissingColumn { field, names: names.join(", ") });
        let attribute_columns = headers.iter().enumerate().filter_map(|(index, header)| {
            let own = mapping.attribute_columns.iter().any(|name| header.eq_ignore_ascii_case(name));
            let name = header.strip_prefix("attribute:").or(own.then_some(header.as_str()))?;
            Some((index, name.trim().to_owned()))
        });
        Ok(Columns {
            id: need("id", &mapping.id)?,
            title: need("title", &mapping.title)?,
            price: need("price", &mapping.price)?,
            link: at(&mapping.link),
            image: at(&mapping.image),
            row_currency: at(&mapping.row_currency),
            cost: at(&mapping.cost),
            brand: at(&mapping.brand),
            category: at(&mapping.category),
            category_label: at(&mapping.category_label),
            availability: at(&mapping.availability),
            stock: at(&mapping.stock),
            added: at(&mapping.added),
            attributes: at(&mapping.attributes),
            attribute_columns: attribute_columns.collect(),
            headers,
        })
    }

    fn draft(&self, row: &csv::StringRecord, mapping: &Mapping) -> Result<Draft, RowError> {
        let line = row.position().map_or(0, csv::Position::line);
        let text = |column: Option<usize>| column.and_then(|column| row.get(column)).unwrap_or("");
        let wrong = |column: usize, message: String| {
            let field = self.headers.get(column).cloned().unwrap_or_default();
            RowError { line, field, message }
        };
        let money = |column: usize| {
            parse_minor(text(Some(column)), mapping.currency).map_err(|error: DecimalError| wrong(column, error.to_string()))
        };
        if let Some(column) = self.row_currency
            && !text(Some(column)).is_empty()
            && Currency::parse(text(Some(column))) != Some(mapping.currency)
        {
            return Err(wrong(column, DecimalError::OtherCurrency.to_string()));
        }
        let cost = match self.cost {
            Some(column) if !text(Some(column)).is_empty() => Some(money(column)?),
            _ => None,
        };
        let whole = |column: Option<usize>| match column {
            Some(column) if !text(Some(column)).is_empty() => {
                text(Some(column)).parse::<u64>().map(Some).map_err(|_| wrong(column, "not a whole number of 0 or more".to_owned()))
            }
            _ => Ok(None),
        };
        let mut stock = whole(self.stock)?.map(|pieces| u32::try_from(pieces).unwrap_or(u32::MAX));
        if let Some(column) = self.availability {
            match text(Some(column)).to_ascii_lowercase().replace([' ', '-'], "_").as_str() {
                "out_of_stock" => stock = Some(0),
                "" | "in_stock" | "preorder" | "backorder" => {}
                other => return Err(wrong(column, format!("unknown availability {other}"))),
            }
        }
        let (category, derived_label) = category_path(text(self.category));
        let label = text(self.category_label);
        let mut attributes = Vec::new();
        for pair in text(self.attributes).split(';').map(str::trim).filter(|pair| !pair.is_empty()) {
            let column = self.attributes.unwrap_or_default();
            let (name, value) = pair.split_once(':').ok_or_else(|| wrong(column, format!("{pair} is not name:value")))?;
            attributes.push((name.trim().to_owned(), value.trim().to_owned()));
        }
        for (column, name) in &self.attribute_columns {
            if !text(Some(*column)).is_empty() {
                attributes.push((name.clone(), text(Some(*column)).to_owned()));
            }
        }
        Ok(Draft {
            id: text(Some(self.id)).to_owned(),
            name: text(Some(self.title)).to_owned(),
            category,
            category_label: if label.is_empty() { derived_label } else { label.to_owned() },
            brand: text(self.brand).to_owned(),
            price: money(self.price)?,
            cost,
            stock,
            attributes,
            href: text(self.link).to_owned(),
            image: text(self.image).to_owned(),
            added: Timestamp::from_millis(whole(self.added)?.unwrap_or(0)),
        })
    }
}

/// Reads a dotted path as it is; `Home & Garden > Lawn Mowers` becomes `home_garden.lawn_mowers` with the label `Lawn Mowers`.
fn category_path(text: &str) -> (String, String) {
    if !text.contains('>') {
        return (text.to_owned(), String::new());
    }
    let levels: Vec<&str> = text.split('>').map(str::trim).collect();
    let path: Vec<String> = levels
        .iter()
        .map(|level| {
            let words = level.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
            words.map(str::to_lowercase).collect::<Vec<_>>().join("_")
        })
        .collect();
    (path.join("."), levels.last().copied().unwrap_or("").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<Draft>, Vec<String>) {
        let (drafts, errors) = parse(text.as_bytes(), &Mapping::new(Currency::USD)).unwrap();
        (drafts, errors.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_merchant_feed_with_tabs() {
        let feed = "\u{feff}id\tTitle\tlink\timage_link\tprice\tbrand\tproduct_type\tavailability\tcost_of_goods_sold\tcolor\tattribute:weight\n\
            1\tMower 3000\t/p/1\t/i/1.svg\t199.00 USD\tCutter\tHome & Garden > Lawn Mowers\tout of stock\t120 USD\tred\t12 kg\n";
        let (drafts, errors) = read(feed);
        assert_eq!(errors, [""; 0]);
        let expect = Draft {
            id: "1".into(),
            name: "Mower 3000".into(),
            category: "home_garden.lawn_mowers".into(),
            category_label: "Lawn Mowers".into(),
            brand: "Cutter".into(),
            price: 19_900,
            cost: Some(12_000),
            stock: Some(0),
            attributes: vec![("color".into(), "red".into()), ("weight".into(), "12 kg".into())],
            href: "/p/1".into(),
            image: "/i/1.svg".into(),
            added: Timestamp(0),
        };
        assert_eq!(drafts, [expect]);
    }

    #[test]
    fn a_table_with_commas_quotes_and_bad_rows() {
        let table = "product_id,category_code,brand,price,name,currency,stock,attributes,added\n\
            1,computers.notebook,acer,499.99,\"Swift, 14\"\"\",USD,3,color:red; ram : 16 GB,1000\n\
            2,,,12,Cable,EUR,,,\n\
            3,,,abc1,Cable,,,,\n\
            4,,,12,Cable,,-1,,\n\
            5,,,12,Cable,,,red,\n\
            6,,,12\n";
        let (drafts, errors) = read(table);
        let ids: Vec<&str> = drafts.iter().map(|draft| draft.id.as_str()).collect();
        assert_eq!(ids, ["1", "6"], "a short row lacks its name, which the catalog will refuse");
        assert_eq!(
            (drafts[0].name.as_str(), drafts[0].price, drafts[0].stock, drafts[0].added.millis()),
            ("Swift, 14\"", 49_999, Some(3), 1_000)
        );
        assert_eq!(drafts[0].attributes, [("color".into(), "red".into()), ("ram".into(), "16 GB".into())]);
        assert_eq!(
            errors,
            [
                "line 3, currency: currency differs from the catalog's",
                "line 4, price: not a decimal number",
                "line 5, stock: not a whole number of 0 or more",
                "line 6, attributes: red is not name:value",
            ]
        );
    }

    #[test]
    fn a_file_without_prices_is_refused() {
        let error = parse("id,title\n1,a\n".as_bytes(), &Mapping::new(Currency::USD)).unwrap_err();
        assert_eq!(error.to_string(), "there is no column for price, expected one of price");
        let (_, errors) = parse(&b"id,title,price\n1,\xff,2\n"[..], &Mapping::new(Currency::USD)).unwrap();
        assert_eq!((errors.len(), errors[0].line), (1, 2), "bytes that are no text cost their row");
    }
}
