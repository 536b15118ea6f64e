//! The problems that are looked for, each with what it means for the shop and how it is fixed.

/// What a problem's share is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    Events,
    Hellos,
    Pages,
    /// Products named by events.
    Products,
    CartLines,
    Orders,
}

/// A problem of an integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Problem {
    Rejected,
    PageWithoutKind,
    ProductPageWithoutProduct,
    UnknownProduct,
    MissingPrice,
    PriceDiffers,
    CartWithoutCurrency,
    CurrencyDiffers,
    OrderWithoutLines,
    OrderValueDiffers,
    OrderWithoutCart,
    ClockOff,
    TimeInFuture,
    Late,
    Dropped,
}

impl Problem {
    pub const ALL: [Problem; 15] = [
        Problem::Rejected,
        Problem::PageWithoutKind,
        Problem::ProductPageWithoutProduct,
        Problem::UnknownProduct,
        Problem::MissingPrice,
        Problem::PriceDiffers,
        Problem::CartWithoutCurrency,
        Problem::CurrencyDiffers,
        Problem::OrderWithoutLines,
        Problem::OrderValueDiffers,
        Problem::OrderWithoutCart,
        Problem::ClockOff,
        Problem::TimeInFuture,
        Problem::Late,
        Problem::Dropped,
    ];

    /// Stable name for the interface.
    pub fn code(self) -> &'static str {
        match self {
            Problem::Rejected => "rejected",
            Problem::PageWithoutKind => "page_without_kind",
            Problem::ProductPageWithoutProduct => "product_page_without_product",
            Problem::UnknownProduct => "unknown_product",
            Problem::MissingPrice => "missing_price",
            Problem::PriceDiffers => "price_differs",
            Problem::CartWithoutCurrency => "cart_without_currency",
            Problem::CurrencyDiffers => "currency_differs",
            Problem::OrderWithoutLines => "order_without_lines",
            Problem::OrderValueDiffers => "order_value_differs",
            Problem::OrderWithoutCart => "order_without_cart",
            Problem::ClockOff => "clock_off",
            Problem::TimeInFuture => "time_in_future",
            Problem::Late => "late",
            Problem::Dropped => "dropped",
        }
    }

    /// What is wrong, for people.
    pub fn title(self) -> &'static str {
        match self {
            Problem::Rejected => "Events are refused",
            Problem::PageWithoutKind => "Pages do not say what they are",
            Problem::ProductPageWithoutProduct => "Product pages do not name their product",
            Problem::UnknownProduct => "Products are named that the catalog does not have",
            Problem::MissingPrice => "Cart lines have no price",
            Problem::PriceDiffers => "Prices in carts differ from the catalog by more than 5 %",
            Problem::CartWithoutCurrency => "Carts come without a currency",
            Problem::CurrencyDiffers => "Carts are in another currency than the catalog",
            Problem::OrderWithoutLines => "Orders do not say what was bought",
            Problem::OrderValueDiffers => "The value of orders is not the sum of their lines",
            Problem::OrderWithoutCart => "Orders are placed by visits whose cart was never told",
            Problem::ClockOff => "Browsers' clocks are off by more than 5 minutes",
            Problem::TimeInFuture => "Events happened after they were sent",
            Problem::Late => "Events arrive more than a minute late",
            Problem::Dropped => "Pages lose events before they can send them",
        }
    }

    /// What it costs the shop while it lasts.
    pub fn effect(self) -> &'static str {
        match self {
            Problem::Rejected => "What a refused event tells is lost.",
            Problem::PageWithoutKind => "Campaigns for product, category or cart pages do not act there.",
            Problem::ProductPageWithoutProduct => "Nothing is learned from these views, and nothing similar can be recommended.",
            Problem::UnknownProduct => "These products are never recommended, and no interest follows from them.",
            Problem::MissingPrice => "The cart's value is too low, so that campaigns about it act at the wrong moment.",
            Problem::PriceDiffers => "No offer that costs money rests on such a cart: its value is not proven.",
            Problem::CartWithoutCurrency => "The cart is not taken at all.",
            Problem::CurrencyDiffers => "Values are not comparable; campaigns about the cart's value act wrongly.",
            Problem::OrderWithoutLines => "Nobody learns what is bought together.",
            Problem::OrderValueDiffers => "Revenue in the results is wrong by the difference.",
            Problem::OrderWithoutCart => "Campaigns about the cart cannot act, and nothing is learned about carts.",
            Problem::ClockOff => "Nothing: times are corrected by the engine's clock.",
            Problem::TimeInFuture => "The time of these events is taken to be when they were sent.",
            Problem::Late => "They count, but nothing reacts to them any more.",
            Problem::Dropped => "What a page drops is never known; the numbers are too low by it.",
        }
    }

    /// What to change.
    pub fn fix(self) -> &'static str {
        match self {
            Problem::Rejected => "See below which field of which event is wrong, and on which pages.",
            Problem::PageWithoutKind => {
                "Put `data-floorwalker-page=\"product\"` (home, category, search, cart, checkout, order, account, content) on `<body>`, or give `kind` to `page()`."
            }
            Problem::ProductPageWithoutProduct => {
                "Put `data-floorwalker-product=\"ID\"` on `<body>` of product pages, with the id of the catalog."
            }
            Problem::UnknownProduct => {
                "Use the ids of the product file everywhere: on pages, in lists, in carts. If the samples are variants, name the product and give the variant as `sku`. If they are new, load the product file more often."
            }
            Problem::MissingPrice => "Give each line its unit price after discount in integer minor units: 12.50 is 1250.",
            Problem::PriceDiffers => {
                "Samples a hundred times too high or low are major for minor units. Otherwise the product file is old, or one side has tax and the other has not."
            }
            Problem::CartWithoutCurrency => "Give `currency` with every cart: three capital letters, such as EUR.",
            Problem::CurrencyDiffers => "One engine serves one currency (`shop.currency`). Send carts in it, or run an engine for each.",
            Problem::OrderWithoutLines => "Give `lines` to `order()`, as in the cart.",
            Problem::OrderValueDiffers => "Give the value of the goods after discount, without tax and shipping, in integer minor units.",
            Problem::OrderWithoutCart => "Call `cart()` on every page and after every change, also with an empty cart.",
            Problem::ClockOff => "Nothing needs to be done.",
            Problem::TimeInFuture => "Own clients must use one monotonic clock for `at` and `sentAt`.",
            Problem::Late => {
                "Some is normal: phones in tunnels, sleeping laptops. A lot means that the engine cannot be reached from somewhere."
            }
            Problem::Dropped => "Look whether the engine was away, or whether a page calls `track` in a loop.",
        }
    }

    /// What its share is of.
    pub fn base(self) -> Base {
        match self {
            Problem::Rejected | Problem::TimeInFuture | Problem::Late | Problem::Dropped => Base::Events,
            Problem::PageWithoutKind | Problem::ProductPageWithoutProduct => Base::Pages,
            Problem::UnknownProduct => Base::Products,
            Problem::MissingPrice | Problem::PriceDiffers | Problem::CartWithoutCurrency | Problem::CurrencyDiffers => Base::CartLines,
            Problem::OrderWithoutLines | Problem::OrderValueDiffers | Problem::OrderWithoutCart => Base::Orders,
            Problem::ClockOff => Base::Hellos,
        }
    }

    /// Share up to which it is no reason to act. Chosen: what healthy shops have of it.
    pub fn tolerated(self) -> f64 {
        match self {
            Problem::Rejected | Problem::Dropped => 0.005,
            Problem::UnknownProduct | Problem::ClockOff | Problem::PriceDiffers => 0.01,
            Problem::Late => 0.02,
            Problem::PageWithoutKind | Problem::OrderWithoutCart => 0.05,
            _ => 0.0,
        }
    }
}
