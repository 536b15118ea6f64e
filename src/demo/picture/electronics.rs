//! Drawings of phones, screens, sound and other consumer electronics.

use super::pen::Pen;

pub(super) fn phone(pen: &mut Pen) {
    match pen.pick(4) {
        0 => {
            pen.rect('b', 132, 52, 136, 266, 26);
            pen.display(144, 66, 112, 238, 16);
            pen.rect('k', 184, 72, 32, 8, 4);
        }
        1 => {
            pen.rect('b', 132, 52, 136, 266, 26);
            pen.rect('p', 148, 70, 58, 76, 18);
            pen.circle('s', 168, 92, 12);
            pen.circle('s', 168, 124, 12);
            pen.circle('h', 192, 108, 7);
            pen.path('t', "M182 284h36");
            pen.path('w', "M150 300L262 96v60l-76 150h-20z");
        }
        2 => {
            pen.rect('a', 98, 62, 130, 252, 24);
            pen.rect('p', 112, 78, 46, 64, 16);
            pen.circle('s', 135, 96, 10);
            pen.circle('s', 135, 122, 10);
            pen.rect('b', 172, 72, 132, 248, 24);
            pen.display(184, 86, 108, 220, 14);
            pen.circle('k', 238, 98, 5);
        }
        _ => {
            pen.rect('b', 122, 50, 156, 268, 30);
            pen.display(138, 82, 124, 192, 6);
            pen.path('t', "M180 66h40");
            pen.circle('t', 200, 296, 10);
        }
    }
}

pub(super) fn tablet(pen: &mut Pen) {
    if pen.pick(2) == 0 {
        pen.rect('b', 92, 56, 216, 262, 20);
        pen.display(110, 78, 180, 218, 6);
        pen.circle('k', 200, 67, 4);
    } else {
        pen.rect('b', 48, 92, 304, 214, 20);
        pen.display(72, 108, 256, 182, 6);
        pen.circle('k', 60, 199, 4);
    }
    if pen.pick(2) == 0 {
        pen.path('a', "M336 96l14 6-74 196-18 12 4-22z");
    }
}

pub(super) fn tv(pen: &mut Pen) {
    match pen.pick(2) {
        0 => pen.path('l', "M110 274l-18 44M290 274l18 44"),
        _ => {
            pen.path('b', "M184 270h32v34h-32z");
            pen.rect('b', 120, 302, 160, 16, 8);
        }
    }
    pen.rect('b', 36, 84, 328, 194, 10);
    pen.display(46, 94, 308, 170, 4);
    pen.circle('g', 344, 271, 3);
}

pub(super) fn projector(pen: &mut Pen) {
    pen.path('g', "M120 216L20 112v208z");
    pen.rect('b', 96, 158, 252, 132, 22);
    pen.circle('p', 160, 224, 52);
    pen.circle('s', 160, 224, 36);
    pen.circle('h', 160, 224, 14);
    pen.circle('w', 146, 208, 10);
    pen.lines('t', (246, 194), (72, 0), (0, 18), 4);
    pen.rect('a', 232, 142, 76, 18, 6);
    pen.path('l', "M130 290v24M314 290v24");
}

pub(super) fn remote(pen: &mut Pen) {
    pen.rect('b', 148, 48, 104, 272, 28);
    pen.circle('a', 200, 82, 14);
    pen.circle('p', 200, 150, 38);
    pen.circle('s', 200, 150, 14);
    for row in 0..4 {
        for column in 0..3 {
            pen.circle(if row == 3 { 'h' } else { 'k' }, 174 + column * 26, 216 + row * 24, 7);
        }
    }
}

pub(super) fn speaker(pen: &mut Pen) {
    match pen.pick(4) {
        0 => {
            for x in [82, 210] {
                pen.rect('b', x, 66, 108, 252, 10);
                pen.circle('a', x + 54, 124, 28);
                pen.circle('s', x + 54, 124, 12);
                pen.circle('p', x + 54, 232, 44);
                pen.circle('s', x + 54, 232, 28);
                pen.circle('h', x + 54, 232, 10);
            }
        }
        1 => {
            pen.rect('b', 50, 140, 300, 170, 84);
            pen.rect('m', 110, 140, 180, 170, 0);
            pen.path('n', "M124 172h152M124 196h152M124 220h152M124 244h152M124 268h152");
            pen.circle('a', 108, 225, 40);
            pen.circle('a', 292, 225, 40);
            pen.circle('s', 108, 225, 16);
            pen.circle('s', 292, 225, 16);
            pen.path('l', "M120 140c0-50 160-50 160 0");
        }
        2 => {
            pen.rect('b', 116, 54, 168, 264, 16);
            pen.circle('p', 200, 118, 34);
            pen.circle('s', 200, 118, 18);
            pen.circle('p', 200, 230, 66);
            pen.circle('a', 200, 230, 46);
            pen.circle('s', 200, 230, 18);
            pen.circle('k', 134, 72, 5);
            pen.circle('k', 266, 72, 5);
        }
        _ => {
            pen.rect('a', 262, 122, 92, 196, 10);
            pen.circle('s', 308, 246, 32);
            pen.circle('h', 308, 246, 12);
            pen.rect('b', 40, 238, 246, 80, 18);
            pen.circle('p', 84, 278, 24);
            pen.circle('p', 242, 278, 24);
            pen.path('n', "M126 262h76M126 278h76M126 294h76");
        }
    }
}

pub(super) fn headphones(pen: &mut Pen) {
    if pen.pick(3) == 0 {
        pen.path('p', "M112 96c0-24 66-24 66 12v34c0 20-18 24-26 18v118h-26V152c-10-10-14-30-14-56z");
        pen.path('p', "M288 96c0-24-66-24-66 12v34c0 20 18 24 26 18v118h26V152c10-10 14-30 14-56z");
        pen.rect('b', 92, 214, 216, 104, 46);
        pen.path('t', "M92 252h216");
        pen.circle('h', 200, 284, 8);
        return;
    }
    pen.path('l', "M92 226v-26a108 108 0 0 1 216 0v26");
    pen.path('b', "M80 206c0-164 240-164 240 0h-20c0-134-200-134-200 0z");
    pen.rect('a', 66, 200, 66, 112, 30);
    pen.rect('a', 268, 200, 66, 112, 30);
    pen.rect('s', 118, 212, 22, 88, 11);
    pen.rect('s', 260, 212, 22, 88, 11);
    if pen.pick(2) == 0 {
        pen.path('l', "M96 312c0 20 40 6 60 6");
    }
}

pub(super) fn microphone(pen: &mut Pen) {
    pen.path('l', "M112 168v14a88 88 0 0 0 176 0v-14M200 270v42");
    pen.rect('p', 148, 54, 104, 178, 52);
    pen.path('t', "M150 106h100M150 132h100M176 60v100M200 56v104M224 60v100");
    pen.path('a', "M150 158h100v22a50 50 0 0 1-100 0z");
    pen.rect('b', 126, 304, 148, 16, 8);
    pen.circle('g', 200, 196, 9);
}

pub(super) fn voice_recorder(pen: &mut Pen) {
    pen.path('p', "M160 74v-18h28v18M212 74v-18h28v18");
    pen.rect('b', 140, 70, 120, 248, 20);
    pen.display(154, 92, 92, 76, 6);
    pen.circle('a', 200, 216, 28);
    pen.circle('h', 200, 216, 10);
    pen.lines('t', (168, 268), (64, 0), (0, 14), 3);
}

pub(super) fn piano(pen: &mut Pen) {
    pen.path('l', "M90 266l-16 54M310 266l16 54M82 300h236");
    pen.path('b', "M36 146h328v28H36z");
    pen.rect('a', 36, 172, 328, 96, 6);
    pen.rect('p', 52, 196, 296, 66, 3);
    pen.lines('t', (82, 198), (0, 62), (30, 0), 9);
    for x in [74, 104, 164, 194, 224, 284, 314] {
        pen.rect('k', x, 198, 16, 38, 2);
    }
    pen.path('p', "M150 146l10-50h80l10 50z");
    pen.path('t', "M168 112h64M166 126h68");
}

pub(super) fn calculator(pen: &mut Pen) {
    pen.rect('b', 108, 56, 184, 262, 18);
    pen.rect('p', 126, 76, 148, 56, 6);
    pen.path('t', "M214 104h12M236 104h22");
    for row in 0..4 {
        for column in 0..4 {
            let class = if column == 3 {
                'h'
            } else if row == 0 {
                'g'
            } else {
                'k'
            };
            pen.rect(class, 128 + column * 38, 152 + row * 38, 28, 26, 6);
        }
    }
}

pub(super) fn tripod(pen: &mut Pen) {
    pen.path('l', "M200 178l-88 140M200 178l88 140M200 178v140M156 250h88");
    pen.rect('a', 176, 146, 48, 40, 8);
    pen.rect('b', 134, 62, 132, 78, 14);
    pen.circle('s', 200, 101, 26);
    pen.circle('h', 200, 101, 10);
    pen.circle('g', 250, 78, 5);
    pen.path('l', "M224 160h58");
}

pub(super) fn camcorder(pen: &mut Pen) {
    pen.path('s', "M66 168h38v92H66z");
    pen.rect('a', 96, 156, 40, 116, 10);
    pen.rect('b', 128, 136, 164, 150, 22);
    pen.path('p', "M292 170l58-18v120l-58-18z");
    pen.circle('s', 176, 212, 34);
    pen.circle('h', 176, 212, 14);
    pen.path('l', "M156 136c10-40 100-40 116 0");
    pen.circle('g', 262, 162, 8);
    pen.path('t', "M232 248h36");
}

pub(super) fn watch(pen: &mut Pen) {
    pen.path('a', "M162 54h76l10 86h-96zM162 322h76l10-86h-96z");
    pen.path('t', "M180 74h40M182 302h36");
    if pen.pick(2) == 0 {
        pen.rect('b', 122, 112, 156, 156, 44);
        pen.display(140, 130, 120, 120, 28);
    } else {
        pen.circle('b', 200, 188, 88);
        pen.circle('s', 200, 188, 66);
        pen.path('f', "M200 188v-44M200 188l34 22");
        pen.circle('g', 200, 188, 8);
        pen.path('f', "M200 132v-2M256 188h2M200 244v2M144 188h-2");
    }
    pen.rect('p', 280, 176, 14, 26, 6);
}

pub(super) fn fax(pen: &mut Pen) {
    pen.path('p', "M150 66h150v90H150z");
    pen.path('t', "M170 92h110M170 114h80");
    pen.rect('b', 52, 150, 296, 160, 20);
    pen.rect('a', 68, 126, 64, 176, 26);
    pen.display(156, 172, 100, 44, 4);
    for row in 0..3 {
        for column in 0..3 {
            pen.circle('k', 170 + column * 28, 238 + row * 22, 7);
        }
    }
    pen.rect('h', 270, 240, 56, 22, 8);
    pen.path('t', "M274 184h48");
}

pub(super) fn drone(pen: &mut Pen) {
    pen.path('l', "M150 190L92 132M250 190l58-58M150 226l-46 62M250 226l46 62");
    for (x, y) in [(92, 126), (308, 126)] {
        pen.ellipse('a', x, y, 62, 12);
        pen.rect('s', x - 10, y - 6, 20, 26, 6);
    }
    pen.rect('b', 128, 160, 144, 84, 34);
    pen.circle('s', 200, 236, 26);
    pen.circle('h', 200, 236, 10);
    pen.path('t', "M160 186h80");
    pen.circle('g', 246, 210, 6);
}

pub(super) fn vr_headset(pen: &mut Pen) {
    pen.path('l', "M92 190c-30-90 246-90 216 0");
    pen.path('a', "M184 86h32v70h-32z");
    pen.path(
        'b',
        "M84 152h232a30 30 0 0 1 30 30v78a40 40 0 0 1-40 40h-44c-24 0-34-32-62-32s-38 32-62 32H94a40 40 0 0 1-40-40v-78a30 30 0 0 1 30-30z",
    );
    pen.circle('s', 132, 222, 38);
    pen.circle('s', 268, 222, 38);
    pen.circle('h', 132, 222, 14);
    pen.circle('h', 268, 222, 14);
}
