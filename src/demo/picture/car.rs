//! Drawings of car electronics.

use super::pen::Pen;

pub(super) fn alarm(pen: &mut Pen) {
    pen.circle('l', 200, 72, 24);
    pen.path('b', "M150 92h100c30 0 40 20 40 50v120c0 36-30 58-90 58s-90-22-90-58V142c0-30 10-50 40-50z");
    pen.display(136, 116, 128, 84, 10);
    for (class, x) in [('h', 150), ('g', 200), ('h', 250)] {
        pen.circle(class, x, 232, 15);
    }
    pen.path('t', "M156 278c30 14 60 14 88 0");
}

pub(super) fn compressor(pen: &mut Pen) {
    pen.path('l', "M120 152c-60 0-70 60-60 120M148 110h120");
    pen.rect('a', 186, 82, 112, 64, 16);
    pen.circle('p', 138, 118, 34);
    pen.path('t', "M138 118l14-16M118 130l2-2M158 130l-2-2");
    pen.rect('b', 66, 152, 268, 116, 58);
    pen.path('t', "M112 154v112M288 154v112");
    pen.rect('a', 160, 188, 80, 44, 8);
    pen.circle('s', 104, 288, 30);
    pen.path('l', "M270 266l26 52M296 318h-40");
    pen.circle('h', 104, 288, 10);
}

pub(super) fn navigator(pen: &mut Pen) {
    pen.path('b', "M182 258h36l16 48h-68z");
    pen.ellipse('a', 200, 312, 62, 10);
    pen.rect('b', 62, 86, 276, 178, 20);
    pen.rect('s', 80, 104, 240, 142, 8);
    pen.path('g', "M92 240l52-70h36l-14 70zM212 240l-20-70h40l60 70z");
    pen.path('h', "M210 130a26 26 0 0 1 52 0c0 22-26 48-26 48s-26-26-26-48z");
    pen.circle('s', 236, 130, 9);
    pen.path('f', "M96 124h60M96 140h36");
}

pub(super) fn light(pen: &mut Pen) {
    pen.path('g', "M150 130L30 84v220l120-40z");
    pen.path('b', "M150 118h70c80 0 120 40 120 80s-40 80-120 80h-70z");
    pen.ellipse('p', 150, 198, 34, 80);
    pen.circle('h', 152, 198, 18);
    pen.lines('t', (236, 140), (0, 116), (26, 6), 3);
    pen.path('l', "M338 198h36");
}

pub(super) fn parking_sensors(pen: &mut Pen) {
    for (x, y) in [(78, 262), (158, 286), (242, 286), (322, 262)] {
        pen.path('l', &format!("M{x} {y}C{x} 220 200 240 200 190"));
        pen.circle('b', x, y, 30);
        pen.circle('s', x, y, 14);
        pen.circle('h', x, y, 6);
    }
    pen.rect('a', 108, 78, 184, 112, 16);
    pen.display(124, 94, 152, 80, 6);
}

pub(super) fn stereo(pen: &mut Pen) {
    let is_tall = pen.pick(2) == 0;
    if is_tall {
        pen.rect('b', 50, 92, 300, 214, 16);
        pen.display(112, 112, 222, 172, 6);
        pen.circle('a', 82, 140, 18);
        for y in [186, 216, 246] {
            pen.circle('k', 82, y, 8);
        }
    } else {
        pen.rect('m', 60, 154, 280, 130, 6);
        pen.rect('b', 40, 166, 320, 120, 14);
        pen.circle('p', 96, 226, 40);
        pen.circle('a', 96, 226, 24);
        pen.path('t', "M96 206v12");
        pen.display(152, 184, 148, 54, 6);
        for x in [164, 196, 228, 260] {
            pen.rect('k', x, 252, 22, 14, 4);
        }
        pen.rect('g', 316, 190, 24, 14, 4);
        pen.path('t', "M318 222h20M318 240h20");
    }
}

pub(super) fn radar(pen: &mut Pen) {
    pen.path('l', "M80 122a170 170 0 0 1 240 0M116 154a118 118 0 0 1 168 0");
    pen.path('b', "M96 196h208l36 96a14 14 0 0 1-14 20H74a14 14 0 0 1-14-20z");
    pen.path('a', "M120 196l16-26h128l16 26z");
    pen.rect('s', 116, 224, 168, 58, 8);
    pen.path('f', "M134 262v-20M152 262v-8M170 262v-24M188 262v-14");
    pen.circle('h', 236, 253, 12);
    pen.circle('g', 262, 253, 6);
}

pub(super) fn dash_cam(pen: &mut Pen) {
    pen.path('a', "M152 54h96l10 30h-116z");
    pen.path('b', "M184 84h32v46h-32z");
    if pen.pick(2) == 0 {
        pen.rect('b', 76, 128, 248, 158, 26);
        pen.circle('p', 156, 207, 56);
        pen.circle('s', 156, 207, 40);
        pen.circle('h', 156, 207, 16);
        pen.lines('t', (240, 172), (56, 0), (0, 18), 4);
        pen.circle('g', 292, 256, 8);
    } else {
        pen.rect('b', 110, 124, 180, 180, 34);
        pen.circle('p', 200, 206, 62);
        pen.circle('s', 200, 206, 46);
        pen.circle('h', 200, 206, 18);
        pen.circle('w', 182, 188, 12);
        pen.circle('g', 262, 150, 8);
        pen.path('t', "M166 286h68");
    }
}

pub(super) fn window_lift(pen: &mut Pen) {
    pen.path('p', "M76 250V150l70-66h178v166z");
    pen.path('w', "M106 240l110-150h40L146 240z");
    pen.path('b', "M60 250h280v54a14 14 0 0 1-14 14H74a14 14 0 0 1-14-14z");
    pen.rect('a', 232, 272, 70, 20, 8);
    pen.path('l', "M120 286V196M120 196l-18 20M120 196l18 20");
}
