//! Drawings of appliances for the rest of the home, care and furniture.

use super::pen::Pen;

pub(super) fn vacuum(pen: &mut Pen) {
    match pen.pick(3) {
        0 => {
            pen.path('l', "M176 196C150 90 96 60 76 120l-18 176");
            pen.path('a', "M34 296h72l10 22H24z");
            pen.path('b', "M142 262c0-60 44-90 104-90 66 0 106 36 106 84v40H142z");
            pen.circle('s', 300, 272, 42);
            pen.circle('h', 300, 272, 16);
            pen.circle('s', 166, 300, 18);
            pen.path('t', "M196 214c24-18 64-22 96-6");
            pen.rect('a', 190, 232, 44, 24, 8);
        }
        1 => {
            pen.ellipse('m', 200, 306, 150, 16);
            pen.path('b', "M50 236v36c0 58 300 58 300 0v-36z");
            pen.ellipse('p', 200, 234, 150, 62);
            pen.ellipse('a', 200, 226, 54, 22);
            pen.ellipse('s', 200, 222, 24, 9);
            pen.path('t', "M86 276c50 24 178 24 228 0");
            pen.circle('g', 200, 296, 6);
        }
        _ => {
            pen.path('l', "M236 92L146 300");
            pen.path('a', "M88 296h116l12 22H76z");
            pen.path('b', "M204 110l40-62a16 16 0 0 1 22-4l32 22c8 6 10 16 4 24l-56 84z");
            pen.path('p', "M192 124l66 42-30 52-52-28z");
            pen.circle('h', 216, 172, 12);
            pen.path('s', "M268 74l22 14-14 22-22-14z");
        }
    }
}

pub(super) fn iron(pen: &mut Pen) {
    pen.path('l', "M316 128c40-10 30-50 56-56");
    pen.path('b', "M52 268c10-70 70-112 150-116h104l30 116z");
    pen.path('s', "M176 186c14-18 30-24 54-24h60l8 30h-122z");
    pen.path('b', "M150 152c20-44 60-52 110-52h52a14 14 0 0 1 14 14l-6 38h-32l4-22h-60c-28 0-42 8-52 22z");
    pen.path('a', "M40 270h304l6 30a8 8 0 0 1-8 10H52a16 16 0 0 1-16-18z");
    pen.circle('p', 228, 228, 22);
    pen.path('t', "M228 228l8-10");
    pen.circle('g', 128, 236, 8);
}

pub(super) fn steam_cleaner(pen: &mut Pen) {
    pen.path('w', "M90 100c-40 10-60 40-50 80 10-30 20-40 50-50z");
    pen.path('l', "M64 86c-14 12-30 8-40 22M62 106c-10 10-26 10-34 22");
    pen.path('l', "M152 224C60 240 60 130 112 96");
    pen.path('a', "M74 74l70 18-8 26-66-16z");
    pen.path('b', "M126 236c0-50 40-74 96-74s108 24 118 88v46H126z");
    pen.path('l', "M186 164c0-44 90-44 90 0");
    pen.circle('s', 166, 294, 26);
    pen.circle('s', 304, 294, 26);
    pen.rect('h', 200, 206, 70, 30, 8);
    pen.circle('g', 292, 222, 8);
}

pub(super) fn sewing_machine(pen: &mut Pen) {
    pen.path('b', "M56 96a30 30 0 0 1 30-30h224a26 26 0 0 1 26 26v172h-84V146H150v30H76a20 20 0 0 1-20-20z");
    pen.path('a', "M252 178h84v86h-84z");
    pen.path('l', "M96 176v42M96 218l-10 20");
    pen.path('p', "M70 236h54l8 18H62z");
    pen.rect('b', 44, 262, 312, 54, 12);
    pen.circle('p', 294, 112, 22);
    pen.path('t', "M294 112l10-10M116 106h90M150 66V46M150 46h-20");
    pen.rect('h', 138, 40, 24, 26, 4);
    pen.circle('g', 294, 220, 16);
    pen.path('t', "M70 290h120");
    pen.path('l', "M336 110h20");
}

pub(super) fn heater(pen: &mut Pen) {
    match pen.pick(2) {
        0 => {
            for n in 0..6 {
                pen.rect('b', 66 + n * 42, 92, 38, 206, 18);
            }
            pen.rect('a', 300, 116, 48, 158, 10);
            pen.circle('p', 324, 150, 14);
            pen.circle('g', 324, 196, 6);
            pen.path('l', "M92 300v16M292 300v16M76 318h32M276 318h32");
            pen.path('f', "M120 66c-10-12 10-16 0-30M180 66c-10-12 10-16 0-30M240 66c-10-12 10-16 0-30");
        }
        _ => {
            pen.rect('b', 128, 56, 144, 252, 26);
            pen.rect('s', 148, 80, 104, 172, 14);
            pen.lines('f', (160, 104), (80, 0), (0, 22), 6);
            pen.circle('a', 200, 278, 15);
            pen.rect('a', 112, 304, 176, 14, 7);
        }
    }
}

pub(super) fn fan(pen: &mut Pen) {
    pen.path('b', "M188 230h24v76h-24z");
    pen.rect('a', 130, 302, 140, 18, 9);
    pen.circle('b', 200, 146, 98);
    pen.rotor(200, 146, 84, 5);
    pen.circle('t', 200, 146, 56);
}

pub(super) fn clipper(pen: &mut Pen) {
    pen.path('b', "M150 118h100c12 60 2 110-8 156-6 30-18 44-42 44s-36-14-42-44c-10-46-20-96-8-156z");
    pen.rect('a', 144, 92, 112, 34, 8);
    pen.path('p', "M150 62h100v30H150z");
    pen.lines('t', (160, 62), (0, 22), (16, 0), 6);
    pen.rect('s', 182, 156, 36, 66, 18);
    pen.circle('h', 200, 176, 9);
    pen.path('t', "M182 262h36M184 280h32");
}

pub(super) fn massager(pen: &mut Pen) {
    pen.path('b', "M70 208c0-90 60-136 130-136s130 46 130 136v54a44 44 0 0 1-88 0v-54c0-28-14-46-42-46s-42 18-42 46v54a44 44 0 0 1-88 0z");
    for (x, y) in [(114, 216), (286, 216), (150, 134), (250, 134)] {
        pen.circle('a', x, y, 22);
        pen.circle('h', x, y, 8);
    }
    pen.path('t', "M184 104h32M96 282h36M268 282h36");
    pen.circle('g', 200, 124, 6);
}

pub(super) fn scale(pen: &mut Pen) {
    let round = 20 + pen.pick(3) as i32 * 22;
    pen.rect('b', 76, 74, 248, 238, round);
    pen.rect('s', 144, 96, 112, 54, 12);
    pen.path('f', "M168 112v22M186 112v22M186 112h14v22h-14M218 112h14v11h-14zM218 123v11h14");
    match pen.pick(2) {
        0 => pen.path('a', "M124 186c30-14 50 0 50 40s-10 60-30 60-34-60-20-100zM276 186c-30-14-50 0-50 40s10 60 30 60 34-60 20-100z"),
        _ => {
            pen.rect('a', 112, 180, 30, 100, 15);
            pen.rect('a', 258, 180, 30, 100, 15);
            pen.path('t', "M180 230h40");
        }
    }
}

pub(super) fn blood_pressure(pen: &mut Pen) {
    pen.path('l', "M220 130c20-60 110-70 120-6");
    pen.path('a', "M258 120h88a14 14 0 0 1 14 14v100a14 14 0 0 1-14 14h-88z");
    pen.path('t', "M286 120v128");
    pen.rect('b', 48, 128, 196, 184, 24);
    pen.rect('s', 68, 148, 156, 88, 10);
    pen.path('f', "M82 194h28l10-24 18 46 14-34 8 12h46");
    pen.circle('h', 146, 274, 20);
    pen.circle('g', 94, 274, 10);
    pen.circle('k', 198, 274, 10);
}

pub(super) fn chair(pen: &mut Pen) {
    pen.path('l', "M200 236v46M200 282l-72 26M200 282l72 26M200 282v30");
    for x in [122, 200, 278] {
        pen.circle('s', x, 312, 9);
    }
    pen.path('b', "M138 70c0-22 124-22 124 0l8 108H130z");
    pen.path('a', "M116 196c0-16 12-22 28-22h112c16 0 28 6 28 22s-12 42-28 42H144c-16 0-28-26-28-42z");
    pen.path('l', "M102 206v-40h20M298 206v-40h-20");
    pen.path('t', "M160 84v76M200 78v84M240 84v76");
}

pub(super) fn shelf(pen: &mut Pen) {
    for y in [128, 216, 304] {
        pen.rect('b', 62, y, 276, 16, 4);
    }
    pen.rect('a', 86, 66, 22, 62, 3);
    pen.rect('p', 110, 76, 18, 52, 3);
    pen.rect('h', 130, 70, 20, 58, 3);
    pen.circle('s', 270, 100, 26);
    pen.path('p', "M96 216v-46h70v46z");
    pen.rect('a', 230, 156, 84, 60, 6);
    pen.path('l', "M120 304v-50h60v50M244 304l10-60h24l10 60z");
    pen.path('l', "M78 62v258M322 62v258");
}

pub(super) fn bike(pen: &mut Pen) {
    for x in [104, 296] {
        pen.circle('l', x, 252, 64);
        pen.circle('t', x, 252, 50);
        pen.circle('a', x, 252, 16);
    }
    pen.path('l', "M104 252l52-104h104l36 104M156 148l40 104h-92M196 252l64-104M260 148l-14-42h34M156 148l-10-30");
    pen.path('b', "M118 106h56l-6 16h-44z");
    pen.path('b', "M188 176l44-2-26 44z");
    pen.circle('h', 196, 252, 12);
}

pub(super) fn scooter(pen: &mut Pen) {
    pen.path('l', "M246 268L284 84M284 84h-40M284 84l22 12");
    pen.rect('b', 76, 256, 190, 24, 12);
    pen.path('a', "M258 214l24 8-14 66-24-8z");
    for x in [98, 280] {
        pen.circle('s', x, 288, 30);
        pen.circle('h', x, 288, 12);
    }
    pen.circle('g', 290, 104, 8);
    pen.path('t', "M120 268h96");
}
