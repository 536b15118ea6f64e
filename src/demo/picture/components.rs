//! Drawings of what goes inside a computer.

use super::pen::Pen;

pub(super) fn graphics_card(pen: &mut Pen) {
    let fans = 2 + pen.pick(2) as i32;
    pen.rect('a', 66, 132, 290, 156, 8);
    pen.rect('g', 118, 284, 150, 18, 3);
    pen.path('n', "M124 294h138");
    pen.path('p', "M44 104h22v208H44z");
    match pen.pick(3) {
        0 => pen.rect('b', 66, 116, 290, 156, 16),
        1 => pen.path('b', "M66 116h262l28 28v100l-28 28H66z"),
        _ => pen.path('b', "M66 128l20-12h96l16 14h40l16-14h84l18 14v128l-20 14h-82l-16-14h-40l-16 14H66z"),
    }
    let radius = if fans == 2 { 58 } else { 42 };
    for n in 0..fans {
        let x = if fans == 2 { 140 + n * 140 } else { 118 + n * 94 };
        pen.rotor(x, 194, radius, 7);
    }
    pen.path('t', "M186 132h48");
}

pub(super) fn motherboard(pen: &mut Pen) {
    pen.rect('a', 82, 60, 236, 258, 10);
    pen.rect('b', 96, 74, 34, 104, 4);
    pen.lines('t', (104, 90), (18, 0), (0, 18), 5);
    pen.rect('p', 146, 88, 84, 84, 6);
    pen.rect('s', 164, 106, 48, 48, 4);
    pen.path('n', "M152 80h72M152 180h72");
    for n in 0..(2 + pen.pick(3) as i32) {
        pen.rect(if n % 2 == 0 { 'p' } else { 'b' }, 244 + n * 16, 80, 11, 116, 3);
    }
    for n in 0..3 {
        pen.rect(if n == 1 { 's' } else { 'b' }, 102, 212 + n * 32, 130, 14, 3);
    }
    pen.rect('b', 256, 222, 44, 44, 6);
    pen.path('t', "M266 234h24M266 244h24M266 254h24");
    for (x, y) in [(258, 290), (278, 290), (298, 290), (110, 196), (128, 196)] {
        pen.circle('k', x, y, 6);
    }
}

pub(super) fn processor(pen: &mut Pen) {
    pen.path('n', "M112 92h176M112 300h176M96 108v176M304 108v176");
    pen.rect('a', 102, 98, 196, 196, 12);
    match pen.pick(2) {
        0 => pen.rect('b', 132, 128, 136, 136, 12),
        _ => pen.path('b', "M144 128h112l12 12v28l-10 8v40l10 8v28l-12 12H144l-12-12v-28l10-8v-40l-10-8v-28z"),
    }
    pen.path('h', "M110 286v-24l24 24z");
    pen.path('t', "M158 168h60M158 190h84M158 212h36");
    pen.path('w', "M140 250L246 136h16L146 256z");
}

pub(super) fn cooler(pen: &mut Pen) {
    match pen.pick(3) {
        0 => {
            pen.rect('b', 96, 66, 208, 208, 18);
            pen.rotor(200, 170, 88, 9);
            for (x, y) in [(114, 84), (286, 84), (114, 256), (286, 256)] {
                pen.circle('k', x, y, 6);
            }
            pen.path('l', "M250 274c0 40 50 20 50 46");
        }
        1 => {
            pen.path('l', "M130 250v40h140v-40M160 250v40M240 250v40");
            pen.lines('p', (92, 76), (216, 0), (0, 18), 11);
            pen.rect('b', 112, 70, 176, 192, 12);
            pen.rotor(200, 166, 74, 7);
            pen.rect('a', 140, 288, 120, 28, 4);
        }
        _ => {
            pen.ellipse('a', 200, 268, 128, 44);
            pen.lines('t', (84, 226), (14, 62), (29, 6), 3);
            pen.path('b', "M72 206c0-40 256-40 256 0v60c0 56-256 56-256 0z");
            pen.lines('t', (96, 236), (0, 50), (26, 4), 4);
            pen.lines('t', (304, 236), (0, 50), (-26, 4), 4);
            pen.ellipse('s', 200, 204, 128, 62);
            pen.path('f', "M200 204l100-24M200 204l60 42M200 204l-40 50M200 204l-100 20M200 204l-60-44M200 204l30-50");
            pen.ellipse('a', 200, 202, 34, 17);
        }
    }
}

pub(super) fn power_supply(pen: &mut Pen) {
    pen.path('l', "M318 262c40 0 20 48 56 48M318 246c52 0 34 40 62 40");
    pen.rect('b', 56, 96, 272, 216, 12);
    pen.rotor(160, 206, 82, 9);
    pen.circle('t', 160, 206, 60);
    pen.path('t', "M160 112v188M66 206h188");
    pen.rect('p', 262, 120, 48, 46, 6);
    pen.path('t', "M276 136v12M286 132v12M296 136v12");
    pen.rect('a', 262, 184, 48, 30, 6);
    pen.circle('k', 72, 112, 5);
    pen.circle('k', 72, 296, 5);
}

pub(super) fn drive(pen: &mut Pen) {
    match pen.pick(4) {
        0 => {
            pen.rect('b', 112, 64, 176, 252, 14);
            pen.circle('p', 200, 162, 74);
            pen.circle('t', 200, 162, 52);
            pen.circle('a', 200, 162, 18);
            pen.path('a', "M262 286l-62-104 12-6 72 100a14 14 0 0 1-22 10z");
            pen.circle('k', 272, 280, 6);
            pen.circle('k', 128, 300, 5);
        }
        1 => {
            pen.rect('b', 104, 74, 192, 240, 16);
            pen.rect('a', 124, 94, 152, 130, 8);
            pen.path('t', "M142 124h70M142 146h110M142 168h46");
            pen.circle('k', 250, 196, 8);
            pen.path('n', "M136 302h110");
            pen.path('t', "M126 250h60");
        }
        2 => {
            pen.rect('a', 40, 152, 320, 104, 8);
            for x in [74, 156, 238] {
                pen.rect('s', x, 174, 62, 60, 6);
                pen.path('f', &format!("M{} 192h34M{} 206h20", x + 14, x + 14));
            }
            pen.path('n', "M44 168v72");
            pen.circle('p', 350, 204, 14);
        }
        _ => {
            pen.rect('p', 164, 66, 72, 66, 4);
            pen.path('k', "M180 86h14v18h-14zM206 86h14v18h-14z");
            pen.rect('b', 138, 128, 124, 186, 26);
            pen.rect('a', 158, 158, 84, 92, 12);
            pen.path('t', "M174 184h52M174 204h30");
            pen.circle('g', 200, 286, 10);
        }
    }
}

pub(super) fn optical_drive(pen: &mut Pen) {
    pen.ellipse('p', 200, 262, 118, 44);
    pen.ellipse('a', 200, 262, 46, 17);
    pen.ellipse('s', 200, 262, 16, 6);
    pen.path('w', "M110 246l60 10 4 8-62 8z");
    pen.rect('b', 46, 138, 308, 116, 12);
    pen.rect('p', 66, 198, 268, 34, 6);
    pen.rect('a', 284, 160, 46, 20, 8);
    pen.path('t', "M70 168h96");
    pen.circle('g', 262, 170, 6);
}

/// Draws an expansion card, with the bracket on the left; the drawings below add what tells them apart.
fn card(pen: &mut Pen) {
    pen.rect('g', 130, 266, 130, 26, 3);
    pen.path('n', "M136 282h120");
    pen.path('a', "M78 122h250a10 10 0 0 1 10 10v124a10 10 0 0 1-10 10H78z");
    pen.path('p', "M52 84h26v226H60l-8-10z");
    for (x, y) in [(250, 150), (270, 150), (290, 150), (310, 150)] {
        pen.circle('k', x, y, 7);
    }
}

pub(super) fn sound_card(pen: &mut Pen) {
    card(pen);
    pen.rect('b', 110, 148, 116, 92, 10);
    pen.path('t', "M126 196h12l10-26 16 52 16-40 8 14h24");
    for (n, class) in ['g', 'h', 'k'].into_iter().enumerate() {
        pen.circle(class, 65, 150 + 44 * n as i32, 9);
    }
    pen.rect('s', 256, 184, 60, 56, 6);
}

pub(super) fn network_adapter(pen: &mut Pen) {
    card(pen);
    pen.rect('s', 58, 164, 44, 60, 4);
    pen.path('f', "M68 180h24M68 194h24M68 208h24");
    pen.rect('b', 138, 158, 84, 84, 8);
    pen.lines('t', (152, 176), (56, 0), (0, 16), 4);
    pen.rect('s', 254, 188, 52, 44, 5);
    pen.circle('g', 118, 240, 6);
}

pub(super) fn tv_tuner(pen: &mut Pen) {
    pen.path('l', "M150 190L96 70M250 190l54-120");
    pen.circle('a', 94, 66, 10);
    pen.circle('a', 306, 66, 10);
    pen.rect('b', 70, 190, 260, 112, 18);
    pen.rect('s', 92, 214, 120, 62, 8);
    pen.path('f', "M110 256v-12M128 256v-24M146 256v-18M164 256v-30M182 256v-8");
    pen.circle('h', 244, 246, 12);
    pen.circle('g', 282, 246, 12);
    pen.path('l', "M100 302v12M300 302v12");
}
