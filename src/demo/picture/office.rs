//! Drawings of office supplies and bags.

use super::pen::Pen;

pub(super) fn bag(pen: &mut Pen) {
    if pen.pick(2) == 0 {
        pen.path('l', "M150 132V96a14 14 0 0 1 14-14h72a14 14 0 0 1 14 14v36");
        pen.rect('b', 54, 128, 292, 188, 26);
        pen.path('a', "M54 154a26 26 0 0 1 26-26h240a26 26 0 0 1 26 26v50c-80 34-212 34-292 0z");
        pen.rect('p', 180, 208, 40, 40, 8);
        pen.path('t', "M84 282h232");
    } else {
        pen.path('l', "M164 86V70a20 20 0 0 1 20-20h32a20 20 0 0 1 20 20v16");
        pen.rect('a', 84, 178, 232, 110, 34);
        pen.path('b', "M112 166c0-108 176-108 176 0v126a26 26 0 0 1-26 26H138a26 26 0 0 1-26-26z");
        pen.rect('a', 136, 206, 128, 86, 16);
        pen.path('t', "M136 232h128M200 232v16M150 148h100");
    }
}

pub(super) fn battery(pen: &mut Pen) {
    let cells = 2 + pen.pick(3) as i32;
    let wide = 236 / cells;
    for cell in 0..cells {
        let x = 82 + cell * wide;
        pen.rect('p', x + wide / 2 - 14, 70, 22, 22, 4);
        pen.rect('b', x, 88, wide - 10, 228, 10);
        pen.path('a', &format!("M{x} 138h{}v118h-{}z", wide - 10, wide - 10));
        pen.path('k', &format!("M{} 158l-14 40h12l-6 36 22-48h-12l10-28z", x + wide / 2 - 4));
        pen.path('t', &format!("M{} 112h16M{} 104v16", x + wide / 2 - 13, x + wide / 2 - 5));
    }
}

pub(super) fn cartridge(pen: &mut Pen) {
    match pen.pick(3) {
        0 => {
            pen.path('b', "M48 210h304v70a16 16 0 0 1-16 16H64a16 16 0 0 1-16-16z");
            pen.path('a', "M70 160h234l26 50H48z");
            pen.path('t', "M150 186h90");
            pen.circle('p', 316, 254, 24);
            pen.path('n', "M316 240a14 14 0 1 1 0 28a14 14 0 1 1 0-28");
            pen.rect('s', 72, 280, 200, 22, 10);
            pen.rect('p', 76, 228, 92, 34, 4);
        }
        1 => {
            for (n, class) in ['s', 'h', 'g', 'a'].into_iter().enumerate() {
                let x = 62 + 70 * n as i32;
                pen.path('b', &format!("M{x} 108h46l18 22v180h-64z"));
                pen.rect(class, x + 10, 160, 44, 120, 6);
                pen.path('t', &format!("M{} 132h24", x + 10));
            }
        }
        _ => {
            pen.path('b', "M112 86h132l44 52v178H112z");
            pen.rect('a', 112, 164, 176, 96, 0);
            pen.path('p', "M200 178c22 30 30 42 30 52a30 30 0 0 1-60 0c0-10 8-22 30-52z");
            pen.path('t', "M136 116h74M136 138h50");
            pen.path('n', "M140 300h120");
        }
    }
}

pub(super) fn paper(pen: &mut Pen) {
    for n in (0..4).rev() {
        pen.rect('p', 92 + n * 9, 72 + n * 5, 190, 240 - n * 4, 6);
    }
    match pen.pick(3) {
        0 => {
            pen.circle('g', 228, 136, 24);
            pen.path('h', "M106 270l54-84 40 50 28-28 40 62z");
        }
        1 => {
            pen.rect('h', 112, 96, 150, 84, 6);
            pen.path('t', "M114 206h146M114 230h146M114 254h90");
        }
        _ => {
            pen.rect('a', 92, 142, 190, 96, 0);
            pen.path('t', "M120 174h100M120 200h60");
        }
    }
}

pub(super) fn stapler(pen: &mut Pen) {
    pen.path('b', "M52 284h296v14a18 18 0 0 1-18 18H70a18 18 0 0 1-18-18z");
    pen.path('p', "M60 262h262l18 20H60z");
    pen.path('a', "M58 262c-4-40 10-60 40-64l210-44c28-4 44 18 44 44v30z");
    pen.circle('s', 92, 246, 16);
    pen.path('t', "M150 206l140-30");
    pen.path('w', "M120 206l170-36v14l-166 36z");
}
