//! The shop's `<template>`s: how pushed content looks here. Text arrives in elements that carry `data-field`.

use maud::Markup;
use maud::html;

/// Returns every template; they stand on each page, so any placement may use any of them.
pub(super) fn all() -> Markup {
    html! {
        template data-floorwalker-template="hero" {
            div.hero-inner {
                div.hero-text {
                    p.eyebrow data-field="eyebrow" {}
                    h1 data-field="title" {}
                    p.lead data-field="body" {}
                    a.button data-field="label" data-field-href="href" href="/" {}
                }
                div.hero-single { img data-field="image" data-field-alt="alt" src="/assets/kilowatt.svg" alt="" width="400" height="400"; }
            }
        }
        template data-floorwalker-template="banner" {
            p.banner-text { strong data-field="title" {} span data-field="body" {} }
            a data-field="label" data-field-href="href" href="/" {}
        }
        template data-floorwalker-template="tile" {
            div.tile-inner {
                img data-field="image" data-field-alt="alt" src="/assets/kilowatt.svg" alt="" width="96" height="96";
                div { strong data-field="title" {} p data-field="body" {} }
                a.button.plain data-field="label" data-field-href="href" href="/" {}
            }
        }
        template data-floorwalker-template="product-card" {
            li.shelf-item {
                a.card data-field-href="href" href="/" data-floorwalker-click="recommendation" {
                    span.card-picture { img data-field="image" data-field-alt="name" alt="" width="400" height="400" loading="lazy"; }
                    span.card-brand data-field="brand" {}
                    span.card-name data-field="name" {}
                    span.card-price data-field="price" {}
                    span.card-reason data-field="reason" {}
                }
            }
        }
        template data-floorwalker-template="help" {
            div.help-inner {
                span.help-mark aria-hidden="true" { "?" }
                div { strong data-field="title" {} p data-field="body" {} }
                a.button.plain data-field="label" data-field-href="href" href="/help" {}
            }
        }
        template data-floorwalker-template="progress" {
            p.progress-line {
                strong data-field="title" {} " " span data-field="body" {} " "
                a data-field="label" data-field-href="href" href="/" {}
            }
        }
        template data-floorwalker-template="overlay" { (dialog_body(false)) }
        template data-floorwalker-template="exit-offer" { (dialog_body(true)) }
        template data-floorwalker-template="notice" { p.notice-text data-field="text" {} }
    }
}

fn dialog_body(is_offer: bool) -> Markup {
    html! {
        div.offer {
            span.offer-mark aria-hidden="true" {}
            h2 data-field="title" {}
            p.offer-body data-field="body" {}
            @if is_offer {
                p.offer-code {
                    code data-field="code" {}
                    button.button.plain type="button" data-copy { "Copy" }
                }
                p.offer-expires data-field="expires" {}
            } @else {
                p.offer-code { code data-field="code" {} }
                p.offer-expires data-field="expires" {}
            }
            a.button data-field="label" data-field-href="href" href="/cart" {}
        }
    }
}
