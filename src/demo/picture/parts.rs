//! Drawings of covers, batteries and other parts for a device, and of the parcel that stands for all else.

use super::pen::Pen;

pub(super) fn phone_case(pen: &mut Pen) {
    pen.rect('b', 124, 54, 152, 264, 34);
    pen.rect('s', 142, 74, 64, 68, 22);
    pen.rect('z', 152, 84, 44, 48, 14);
    match pen.pick(5) {
        0 => pen.lines('f', (140, 222), (60, 80), (24, -24), 4),
        1 => {
            for (x, y) in [(166, 190), (206, 190), (246, 190), (186, 222), (226, 222), (166, 254), (206, 254), (246, 254), (200, 286)] {
                pen.circle('h', x, y, 8);
            }
        }
        2 => {
            pen.path('h', "M200 286c-60-40-40-90 0-112 40 22 60 72 0 112z");
            pen.path('t', "M200 300v-90M200 250l20-20M200 234l-20-20");
        }
        3 => {
            pen.path('h', "M127 214c40-30 60 30 100 0 20-16 36-10 46 0v70c0 20-14 31-31 31h-84c-17 0-31-14-31-31z");
            pen.circle('g', 234, 176, 16);
        }
        _ => {
            pen.circle('a', 200, 222, 40);
            pen.circle('z', 200, 222, 22);
        }
    }
    pen.path('t', "M276 150v40");
}

pub(super) fn notebook_battery(pen: &mut Pen) {
    pen.path('b', "M44 176h312v88a14 14 0 0 1-14 14H58a14 14 0 0 1-14-14z");
    pen.rect('a', 44, 148, 312, 44, 12);
    pen.path('n', "M150 160h100");
    pen.rect('p', 72, 210, 130, 46, 6);
    pen.path('t', "M88 226h70M88 242h96");
    pen.path('h', "M292 204l-30 36h22l-8 28 32-38h-22z");
    pen.path('t', "M236 214v38");
}

pub(super) fn tablet_cover(pen: &mut Pen) {
    match pen.pick(2) {
        0 => {
            pen.rect('p', 124, 66, 196, 250, 14);
            pen.rect('a', 96, 58, 196, 258, 16);
            pen.path('t', "M122 60v254");
            pen.path('l', "M262 60v254");
            pen.rect('b', 158, 118, 72, 46, 8);
            pen.path('t', "M174 141h40");
        }
        _ => {
            pen.path('a', "M60 314l80-214a12 12 0 0 1 12-8h192l-84 222z");
            pen.path('s', "M150 290l66-174h104l-62 174z");
            pen.path('b', "M60 314l60-104 50 104z");
            pen.path('f', "M190 250l26-66M220 262l40-100");
        }
    }
}

pub(super) fn printer_drum(pen: &mut Pen) {
    pen.path('b', "M70 222h260l16 70a12 12 0 0 1-12 16H66a12 12 0 0 1-12-16z");
    pen.rect('a', 76, 152, 248, 88, 44);
    pen.path('w', "M104 172h190v14H104z");
    pen.circle('p', 320, 196, 44);
    pen.path('n', "M320 164a32 32 0 1 1 0 64a32 32 0 1 1 0-64");
    pen.circle('s', 320, 196, 14);
    pen.path('t', "M100 268h120");
}

pub(super) fn small_battery(pen: &mut Pen) {
    pen.rect('b', 112, 96, 176, 218, 20);
    pen.rect('g', 136, 84, 36, 20, 4);
    pen.rect('g', 228, 84, 36, 20, 4);
    pen.rect('a', 112, 150, 176, 100, 0);
    pen.path('p', "M208 162l-42 48h26l-6 32 44-50h-28z");
    pen.path('t', "M140 124h24M152 112v24M238 124h24M140 284h120");
}

pub(super) fn mount(pen: &mut Pen) {
    pen.rect('a', 138, 56, 124, 30, 8);
    pen.path('b', "M186 86h28v96h-28z");
    pen.path('t', "M186 116h28M186 146h28");
    pen.circle('p', 200, 196, 26);
    pen.path('l', "M200 222v26M200 248l-96 34M200 248l96 34M200 248v56");
    for (x, y) in [(98, 288), (302, 288), (200, 306)] {
        pen.circle('a', x, y, 14);
    }
}

pub(super) fn strap(pen: &mut Pen) {
    pen.path('a', "M150 58h56v264h-56a20 20 0 0 1-20-20V78a20 20 0 0 1 20-20z");
    pen.rect('b', 228, 58, 58, 200, 18);
    pen.path('p', "M222 250h70v60h-70z");
    pen.path('l', "M257 250v44");
    for n in 0..6 {
        pen.circle('k', 168, 128 + n * 30, 6);
    }
}

pub(super) fn parcel(pen: &mut Pen) {
    pen.path('b', "M74 150l126-54 126 54v116l-126 54-126-54z");
    pen.path('a', "M74 150l126 54 126-54-126-54z");
    pen.path('l', "M200 204v116");
    pen.path('p', "M128 126l126 54v36l26-12v-36L154 115z");
    pen.path('t', "M98 240l40 18M98 258l24 10");
}
