//! Drawings of computers and what is plugged into them.

use super::pen::Pen;

pub(super) fn notebook(pen: &mut Pen) {
    pen.rect('b', 92, 100, 216, 160, 12);
    pen.display(104, 112, 192, 136, 4);
    pen.path('b', "M58 262h284l-16 40a16 16 0 0 1-14 10H88a16 16 0 0 1-14-10z");
    pen.path('q', "M100 276h200");
    pen.path('a', "M168 290h64l4 20h-72z");
}

pub(super) fn tower(pen: &mut Pen) {
    pen.rect('b', 122, 62, 156, 250, 12);
    match pen.pick(3) {
        0 => {
            pen.rotor(200, 150, 48, 7);
            pen.rotor(200, 252, 48, 7);
        }
        1 => {
            pen.rect('a', 140, 82, 120, 30, 6);
            pen.rect('p', 140, 122, 120, 20, 6);
            pen.lines('t', (144, 170), (112, 0), (0, 22), 6);
        }
        _ => {
            pen.rect('s', 140, 80, 120, 160, 8);
            pen.path('f', "M152 220l50-120M176 226l50-120M200 230l44-104");
            pen.rotor(200, 160, 34, 6);
            pen.lines('t', (146, 262), (108, 0), (0, 16), 3);
        }
    }
    pen.circle('g', 262, 76, 6);
    pen.path('l', "M142 312v8M258 312v8");
}

pub(super) fn monitor(pen: &mut Pen) {
    let wide = pen.pick(3) as i32 * 14;
    pen.path('b', "M178 250h44l8 56h-60z");
    pen.rect('b', 132, 304, 136, 16, 8);
    pen.rect('b', 72 - wide, 78, 256 + wide * 2, 176, 12);
    pen.display(84 - wide, 90, 232 + wide * 2, 144, 4);
    pen.circle('k', 200, 244, 4);
}

pub(super) fn keyboard(pen: &mut Pen) {
    let round = 10 + pen.pick(3) as i32 * 8;
    pen.path('l', "M200 176c0-50 60-30 60-84");
    pen.rect('b', 42, 176, 316, 134, round);
    pen.rect('m', 54, 188, 292, 110, 8);
    for (y, inset) in [(202, 62), (226, 70), (250, 62)] {
        pen.path('q', &format!("M{inset} {y}H340"));
    }
    pen.path('q', "M62 276h38M300 276h40");
    pen.rect('a', 116, 267, 168, 20, 5);
    pen.rect('g', 62, 194, 17, 17, 3);
    pen.rect('g', 318, 242, 20, 17, 3);
}

pub(super) fn mouse(pen: &mut Pen) {
    if pen.pick(2) == 0 {
        pen.path('l', "M200 92c0-44-70-10-96-46");
    }
    pen.path('b', "M200 88c58 0 84 44 84 112v32c0 54-36 88-84 88s-84-34-84-88v-32c0-68 26-112 84-112z");
    match pen.pick(2) {
        0 => pen.path('a', "M200 88c58 0 84 44 84 104-24 10-54 14-84 14z"),
        _ => pen.path('a', "M122 236c40 22 116 22 156 0 0 48-32 84-78 84s-78-36-78-84z"),
    }
    pen.path('t', "M200 88v118M118 190c50 20 114 20 164 0");
    pen.rect('p', 188, 118, 24, 52, 12);
    pen.path('t', "M200 132v24");
}

pub(super) fn gamepad(pen: &mut Pen) {
    pen.path('a', "M112 140l20-22h46v24zM288 140l-20-22h-46v24z");
    pen.path('b', "M124 132h152c58 0 88 118 76 164-8 30-44 32-64 4l-26-40H138l-26 40c-20 28-56 26-64-4-12-46 18-164 76-164z");
    pen.path('p', "M112 164h24v22h22v24h-22v22h-24v-22H90v-24h22z");
    for (class, x, y) in [('g', 276, 168), ('h', 304, 196), ('h', 248, 196), ('g', 276, 224)] {
        pen.circle(class, x, y, 12);
    }
    pen.circle('s', 160, 246, 22);
    pen.circle('s', 240, 246, 22);
    pen.path('t', "M186 170h28");
}

pub(super) fn webcam(pen: &mut Pen) {
    pen.path('b', "M150 232h100l26 76a10 10 0 0 1-10 12H134a10 10 0 0 1-10-12z");
    match pen.pick(2) {
        0 => pen.circle('b', 200, 162, 86),
        _ => pen.rect('b', 84, 106, 232, 116, 58),
    }
    pen.circle('p', 200, 162, 54);
    pen.circle('s', 200, 162, 40);
    pen.circle('h', 200, 162, 18);
    pen.circle('w', 186, 146, 10);
    pen.circle('g', 268, 162, 6);
    pen.path('t', "M150 284h100");
}

pub(super) fn printer(pen: &mut Pen) {
    pen.path('p', "M132 72h136v84H132z");
    pen.lines('t', (154, 98), (92, 0), (0, 20), 2);
    if pen.pick(2) == 0 {
        pen.path('a', "M84 132h232l14 34H70z");
    }
    pen.rect('b', 58, 150, 284, 126, 18);
    pen.rect('s', 96, 226, 208, 18, 9);
    pen.path('p', "M112 236h176l12 76H100z");
    match pen.pick(2) {
        0 => pen.lines('t', (132, 262), (136, 0), (0, 20), 2),
        _ => pen.path('h', "M150 296l34-36 26 24 18-16 26 28z"),
    }
    pen.rect('a', 246, 170, 68, 28, 6);
    pen.circle('g', 92, 184, 8);
    pen.circle('k', 118, 184, 5);
}

pub(super) fn scanner(pen: &mut Pen) {
    pen.path('a', "M66 226l40-134a14 14 0 0 1 14-10h216l-34 144z");
    pen.path('p', "M112 206l30-94h152l-24 94z");
    pen.lines('t', (150, 140), (110, 0), (-6, 22), 3);
    pen.rect('b', 52, 226, 296, 84, 14);
    pen.rect('g', 76, 240, 200, 12, 6);
    pen.path('t', "M76 282h150");
    pen.circle('h', 312, 274, 12);
}

pub(super) fn nas(pen: &mut Pen) {
    let bays = 2 + pen.pick(3) as i32;
    pen.rect('b', 106, 78, 188, 236, 16);
    let wide = 156 / bays;
    for bay in 0..bays {
        let x = 122 + bay * wide;
        pen.rect(if bay == 0 { 'a' } else { 'p' }, x, 126, wide - 6, 168, 6);
        pen.path('t', &format!("M{} 146v60", x + (wide - 6) / 2));
        pen.circle('k', x + (wide - 6) / 2, 276, 5);
    }
    pen.path('t', "M124 102h70");
    pen.circle('g', 272, 102, 8);
}

pub(super) fn switch(pen: &mut Pen) {
    let units = 1 + pen.pick(2) as i32;
    for unit in 0..units {
        let y = 222 - unit * 96;
        pen.rect('b', 44, y, 312, 88, 10);
        for port in 0..6 {
            pen.rect('s', 66 + port * 32, y + 36, 24, 28, 3);
            pen.circle(if port % 3 == unit { 'g' } else { 'h' }, 78 + port * 32, y + 22, 5);
        }
        pen.rect('a', 272, y + 20, 62, 46, 6);
        pen.path('t', &format!("M284 {}h38M284 {}h24", y + 36, y + 50));
    }
}

pub(super) fn wifi_router(pen: &mut Pen) {
    let antennas = 2 + pen.pick(3) as i32;
    for n in 0..antennas {
        let x = 104 + n * (184 / (antennas - 1));
        pen.rect('b', x - 8, 112, 20, 140, 10);
    }
    pen.path('l', "M164 96a52 52 0 0 1 72 0M144 72a82 82 0 0 1 112 0");
    pen.circle('h', 200, 122, 9);
    pen.rect('b', 60, 236, 280, 76, 24);
    pen.path('a', "M84 236h232a24 24 0 0 1 22 18H62a24 24 0 0 1 22-18z");
    for n in 0..4 {
        pen.circle(if n == 1 { 'h' } else { 'g' }, 98 + n * 26, 284, 6);
    }
    pen.path('t', "M252 284h56");
}

pub(super) fn ebook(pen: &mut Pen) {
    pen.rect('a', 128, 74, 180, 246, 16);
    pen.rect('b', 100, 66, 180, 250, 16);
    pen.rect('p', 118, 86, 144, 186, 4);
    match pen.pick(2) {
        0 => pen.path('t', "M134 112h112M134 134h112M134 156h90M134 188h112M134 210h112M134 232h60"),
        _ => {
            pen.path('h', "M132 262v-40l40-50 30 36 26-22 22 30v46z");
            pen.path('t', "M134 112h80M134 134h50");
        }
    }
    pen.path('t', "M174 294h32");
}
