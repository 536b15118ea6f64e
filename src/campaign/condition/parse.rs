//! From source to CEL's syntax tree, within bounds, with the place of every node.
//!
//! The parser recurses, so nesting is measured on the tokens before the parser sees them. Only the `||` and `&&` chains of
//! the tree are flat; what else is nested is bounded here or by the type check, so no walk of the tree can exhaust the stack.

use super::problem::Problem;
use cel::IdedExpr;
use cel::common::ast::Expr;
use cel::common::ast::SourceInfo;
use cel::parser::ParseErrors;
use cel::parser::PrattParser;
use cel::parser::pratt_parser::Lexer;
use cel::parser::pratt_parser::Token;
use cel::parser::pratt_parser::TokenKind;
use std::ops::Range;
use std::sync::Arc;

/// Longest source, in bytes. Chosen: some sixty comparisons fit.
pub const SOURCE_BYTES_MAX: usize = 2_048;
/// Deepest nesting of brackets, ternaries and operators. Chosen: far more than anybody can read.
pub const DEPTH_MAX: usize = 32;
/// Syntax errors reported at once; the later ones are mostly echoes of the first.
const SYNTAX_ERRORS_MAX: u32 = 4;
/// Nodes before CEL's macros are no longer expanded. A source within its bounds has fewer; this bounds the expansion.
const NODES_MAX: usize = 4_096;

/// A syntax tree with the place of every node.
pub(super) struct Parsed {
    pub root: IdedExpr,
    pub places: Places,
}

/// Parses the source.
pub(super) fn parse(source: &str) -> Result<Parsed, Vec<Problem>> {
    if source.len() > SOURCE_BYTES_MAX {
        let message = format!("the condition is {} bytes long, more than {SOURCE_BYTES_MAX}", source.len());
        return Err(vec![Problem::new(0..source.len(), message)]);
    }
    let tokens = scan(source).map_err(|problem| vec![problem])?;
    let root = parser().parse(source).map_err(|errors| syntax_problems(source, &tokens, errors))?;
    let places = Places { partners: partners(&tokens), tokens, offsets: node_offsets(source), whole: 0..source.len() };
    Ok(Parsed { root, places })
}

fn parser() -> PrattParser {
    // One more than the bound, so that the check on the tokens, whose message is better, comes first.
    PrattParser::new()
        .max_recursion_depth(DEPTH_MAX as u16 + 1)
        .error_recovery_limit(SYNTAX_ERRORS_MAX)
        .max_expression_node_count(NODES_MAX)
        .enable_variadic_operator_asts(true)
}

/// Splits the source into significant tokens and refuses what would nest too deeply.
fn scan(source: &str) -> Result<Vec<Token>, Problem> {
    let mut tokens = Vec::new();
    let mut lexer = Lexer::new(source);
    // Ternaries since the last comma, for each open bracket and for the outermost level. They nest to the right.
    let mut levels = vec![0_usize];
    let mut unary_run = 0;
    loop {
        let token = lexer.lex();
        match token.kind {
            TokenKind::TokEnd => return Ok(tokens),
            TokenKind::TokWhitespace | TokenKind::TokComment => continue,
            TokenKind::TokError => {
                let message = lexer.get_error().map_or_else(|| "unexpected character".into(), |error| error.message.clone());
                return Err(Problem::new(on_boundaries(source, token.start..token.end), message));
            }
            TokenKind::TokEqual => {
                return Err(Problem::new(token.start..token.end, "a single `=` compares nothing").suggest(Some("==")));
            }
            TokenKind::TokLeftParen | TokenKind::TokLeftBracket | TokenKind::TokLeftBrace => levels.push(0),
            TokenKind::TokRightParen | TokenKind::TokRightBracket | TokenKind::TokRightBrace if levels.len() > 1 => {
                levels.pop();
            }
            TokenKind::TokQuestion => levels.iter_mut().last().into_iter().for_each(|count| *count += 1),
            TokenKind::TokComma => levels.iter_mut().last().into_iter().for_each(|count| *count = 0),
            _ => {}
        }
        unary_run = if matches!(token.kind, TokenKind::TokExclamation | TokenKind::TokMinus) { unary_run + 1 } else { 0 };
        let depth = levels.len() - 1 + levels.iter().sum::<usize>() + unary_run;
        if depth > DEPTH_MAX {
            let offset = token.start..token.end;
            return Err(Problem::new(offset, format!("the condition is nested more than {DEPTH_MAX} levels deep")));
        }
        tokens.push(token);
    }
}

fn syntax_problems(source: &str, tokens: &[Token], errors: ParseErrors) -> Vec<Problem> {
    let whole = 0..source.len();
    let problem = |error: &cel::ParseError| {
        let place = error.source_info.as_ref().and_then(|info| info.offset_for(error.expr_id));
        let offset = place.map_or(whole.clone(), |(start, end)| on_boundaries(source, start as usize..end as usize));
        let message = error.msg.trim_start_matches("Syntax error: ").replace("'<EOF>'", "the end").replace("<EOF>", "the end");
        let operator = match source.get(offset.clone()) {
            Some("and") => Some("&&"),
            Some("or") => Some("||"),
            Some("not") => Some("!"),
            _ => None,
        };
        Problem::new(offset, message).suggest(operator)
    };
    if tokens.is_empty() {
        return vec![Problem::new(whole, "the condition is empty").suggest(Some("true"))];
    }
    errors.errors.iter().map(problem).collect()
}

/// Asks the parser where its nodes are. It tells only next to an error, so the same source is parsed with one at its end:
/// node ids are given in the order of the tokens and stay the same.
fn node_offsets(source: &str) -> Option<Arc<SourceInfo>> {
    let errors = parser().parse(&format!("{source}\n)")).err()?;
    errors.errors.into_iter().find_map(|error| error.source_info)
}

fn on_boundaries(source: &str, offset: Range<usize>) -> Range<usize> {
    source.floor_char_boundary(offset.start)..source.ceil_char_boundary(offset.end)
}

/// For each token the index of its other bracket, or its own.
fn partners(tokens: &[Token]) -> Vec<usize> {
    let mut partners: Vec<usize> = (0..tokens.len()).collect();
    let mut open = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        match token.kind {
            TokenKind::TokLeftParen | TokenKind::TokLeftBracket | TokenKind::TokLeftBrace => open.push(index),
            TokenKind::TokRightParen | TokenKind::TokRightBracket | TokenKind::TokRightBrace => {
                if let Some(opener) = open.pop() {
                    partners[opener] = index;
                    partners[index] = opener;
                }
            }
            _ => {}
        }
    }
    partners
}

/// Where the nodes of a syntax tree are in its source.
pub(super) struct Places {
    tokens: Vec<Token>,
    partners: Vec<usize>,
    offsets: Option<Arc<SourceInfo>>,
    whole: Range<usize>,
}

impl Places {
    /// The byte range of the whole node, from its first to its last token, with its brackets balanced.
    pub fn span(&self, node: &IdedExpr) -> Range<usize> {
        let Some((mut first, mut last)) = self.token_range(node) else { return self.whole.clone() };
        // A bracket within whose partner is without widens the range, which may take in another such bracket.
        loop {
            let partners = &self.partners[first..=last];
            let low = partners.iter().copied().min().unwrap_or(first).min(first);
            let high = partners.iter().copied().max().unwrap_or(last).max(last);
            if (low, high) == (first, last) {
                return self.tokens[first].start..self.tokens[last].end;
            }
            (first, last) = (low, high);
        }
    }

    fn token_index(&self, node: &IdedExpr) -> Option<usize> {
        let (start, _) = self.offsets.as_ref()?.offset_for(node.id)?;
        self.tokens.binary_search_by_key(&(start as usize), |token| token.start).ok()
    }

    /// First and last token of a node, apart from brackets around its parts. Walks only what the type check walks,
    /// which never goes deeper than its own bound.
    fn token_range(&self, node: &IdedExpr) -> Option<(usize, usize)> {
        let mut nodes = vec![node];
        let mut range: Option<(usize, usize)> = None;
        while let Some(node) = nodes.pop() {
            let own = self.token_index(node)?;
            let end = match &node.expr {
                // The name follows its dot; the argument list of a function follows its name.
                Expr::Select(_) => own + 1,
                Expr::Call(call) if !is_operator(&call.func_name) && call.target.is_none() => own + 1,
                // A negative literal is one node at its sign.
                Expr::Literal(_) if self.tokens[own].kind == TokenKind::TokMinus => own + 1,
                _ => own,
            };
            let end = end.min(self.tokens.len() - 1);
            range = Some(range.map_or((own, end), |(first, last)| (first.min(own), last.max(end))));
            match &node.expr {
                Expr::Select(select) => nodes.push(&select.operand),
                Expr::List(list) => nodes.extend(&list.elements),
                Expr::Comprehension(comprehension) => nodes.push(&comprehension.iter_range),
                Expr::Call(call) => nodes.extend(call.target.as_deref().into_iter().chain(&call.args)),
                _ => {}
            }
        }
        range
    }
}

/// Whether the function of a call is written as an operator: CEL gives those names that no identifier can have.
fn is_operator(name: &str) -> bool {
    name.contains(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.')
}
