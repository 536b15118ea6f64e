//! Drawings of kitchen appliances.

use super::pen::Pen;

pub(super) fn kettle(pen: &mut Pen) {
    pen.path('l', "M270 132c72-8 78 118 6 130");
    match pen.pick(3) {
        0 => {
            pen.path('b', "M138 110h124l30 182a12 12 0 0 1-12 14H120a12 12 0 0 1-12-14z");
            pen.path('b', "M136 126L84 154l38 40z");
        }
        1 => {
            pen.path('b', "M200 104c76 0 104 70 104 130 0 46-20 72-40 72H136c-20 0-40-26-40-72 0-60 28-130 104-130z");
            pen.path('b', "M112 172L62 140l20 76 20 6z");
        }
        _ => {
            pen.path('p', "M132 112h136l18 180H114z");
            pen.path('h', "M124 206h152l9 84H115z");
            pen.path('b', "M134 112L92 132l36 30z");
        }
    }
    pen.path('a', "M146 110c0-24 108-24 108 0z");
    pen.circle('k', 200, 86, 9);
    pen.path('a', "M98 304h204l10 16H88z");
    pen.path('w', "M160 140h18l-8 140h-24z");
    pen.circle('g', 256, 276, 7);
}

pub(super) fn blender(pen: &mut Pen) {
    pen.path('l', "M266 112c56 0 50 92-6 100");
    pen.path('p', "M128 84h144l-20 156H148z");
    pen.path('h', "M134 160c40-20 80 20 128 0l-11 78H149z");
    pen.circle('g', 184, 200, 10);
    pen.circle('g', 222, 184, 7);
    pen.rect('a', 122, 64, 156, 24, 8);
    pen.path('b', "M146 240h108l22 70a8 8 0 0 1-8 10H132a8 8 0 0 1-8-10z");
    pen.circle('s', 200, 282, 18);
    pen.path('t', "M200 282v-10");
}

pub(super) fn coffee_grinder(pen: &mut Pen) {
    pen.path('p', "M144 96c0-54 112-54 112 0v66H144z");
    for (x, y) in [(172, 132), (200, 114), (228, 134), (186, 148), (214, 150)] {
        pen.ellipse('k', x, y, 11, 7);
    }
    pen.path('b', "M136 162h128l12 144a12 12 0 0 1-12 14H136a12 12 0 0 1-12-14z");
    pen.rect('a', 160, 190, 80, 22, 11);
    pen.circle('s', 200, 262, 26);
    pen.circle('h', 200, 262, 9);
}

pub(super) fn coffee_machine(pen: &mut Pen) {
    if pen.pick(2) == 0 {
        pen.path('b', "M92 76h216a12 12 0 0 1 12 12v58h-56v122h56v40a12 12 0 0 1-12 12H92a12 12 0 0 1-12-12V88a12 12 0 0 1 12-12z");
        pen.rect('a', 222, 146, 72, 26, 6);
        pen.path('l', "M240 172v16M276 172v16");
        pen.path('p', "M232 212h54l-6 52h-42z");
        pen.path('l', "M286 222c22 0 20 28-4 28");
        pen.display(102, 98, 86, 44, 6);
        pen.circle('h', 242, 112, 14);
        pen.circle('g', 282, 112, 14);
        pen.path('t', "M104 172v96M126 172v96M148 172v96");
    } else {
        pen.path('b', "M104 66h192v60h-44v30H148v-30h-44z");
        pen.rect('b', 104, 66, 48, 254, 10);
        pen.path('p', "M172 190h100l12 84a16 16 0 0 1-16 18h-92a16 16 0 0 1-16-18z");
        pen.path('h', "M166 232h112l5 40a14 14 0 0 1-14 16h-94a14 14 0 0 1-14-16z");
        pen.path('l', "M284 206c44 0 40 62-2 62");
        pen.rect('a', 96, 296, 216, 24, 8);
        pen.circle('g', 128, 96, 8);
        pen.path('t', "M176 90h90M128 130v80");
    }
}

pub(super) fn fryer(pen: &mut Pen) {
    pen.path('b', "M86 150h228l12 148a18 18 0 0 1-18 20H92a18 18 0 0 1-18-20z");
    pen.path('a', "M86 150c4-60 40-84 114-84s110 24 114 84z");
    pen.rect('p', 164, 50, 72, 22, 10);
    pen.path('s', "M130 192h140v74a14 14 0 0 1-14 14H144a14 14 0 0 1-14-14z");
    pen.path('f', "M152 262v-46M172 264v-52M192 264v-44M212 264v-54M232 264v-46M250 262v-40");
    pen.circle('h', 110, 108, 7);
}

pub(super) fn grill(pen: &mut Pen) {
    pen.path('a', "M58 210c10-70 60-96 142-96s132 26 142 96z");
    pen.path('l', "M144 122V96a16 16 0 0 1 16-16h80a16 16 0 0 1 16 16v26");
    pen.lines('f', (104, 200), (14, -50), (34, 0), 6);
    pen.path('s', "M66 212h268v22H66z");
    pen.path('b', "M50 234h300l-14 62a16 16 0 0 1-16 12H80a16 16 0 0 1-16-12z");
    pen.circle('p', 200, 270, 20);
    pen.path('t', "M200 270v-12");
    pen.circle('g', 256, 270, 7);
}

pub(super) fn juicer(pen: &mut Pen) {
    pen.rect('p', 158, 52, 60, 76, 8);
    pen.path('b', "M112 128h152v48H112z");
    pen.path('a', "M120 176h136l14 132a10 10 0 0 1-10 12H116a10 10 0 0 1-10-12z");
    pen.path('l', "M264 150h36l10 20");
    pen.path('p', "M280 214h72l-8 104h-56z");
    pen.path('h', "M284 258h64l-5 57h-54z");
    pen.circle('s', 188, 250, 28);
    pen.circle('g', 188, 250, 9);
}

pub(super) fn meat_grinder(pen: &mut Pen) {
    pen.path('p', "M84 66h120l-26 34h-68z");
    pen.path('b', "M112 100h64v38h-64z");
    pen.rect('a', 64, 136, 136, 70, 12);
    pen.circle('s', 84, 171, 42);
    for (x, y) in [(84, 150), (68, 162), (100, 162), (68, 182), (100, 182), (84, 194)] {
        pen.circle('g', x, y, 6);
    }
    pen.path('b', "M186 118h110a40 40 0 0 1 40 40v150a12 12 0 0 1-12 12H198a12 12 0 0 1-12-12z");
    pen.lines('t', (216, 160), (86, 0), (0, 18), 4);
    pen.circle('h', 262, 272, 16);
}

pub(super) fn microwave(pen: &mut Pen) {
    pen.rect('b', 44, 112, 312, 196, 16);
    pen.rect('s', 64, 134, 196, 152, 10);
    pen.ellipse('h', 162, 252, 62, 12);
    match pen.pick(2) {
        0 => {
            pen.path('g', "M122 212h80c0 40-80 40-80 0z");
            pen.path('f', "M146 198c-8-10 8-14 0-26M172 198c-8-10 8-14 0-26");
        }
        _ => pen.path('w', "M84 272l96-124h34L118 272z"),
    }
    pen.path('t', "M246 160v100");
    pen.rect('p', 280, 136, 58, 26, 4);
    if pen.pick(2) == 0 {
        pen.circle('a', 309, 204, 22);
        pen.circle('a', 309, 260, 22);
        pen.path('t', "M309 204v-12M309 260l8-8");
    } else {
        for (x, y) in [(290, 184), (309, 184), (328, 184), (290, 206), (309, 206), (328, 206), (290, 228), (309, 228), (328, 228)] {
            pen.circle('k', x, y, 6);
        }
        pen.rect('a', 280, 250, 58, 34, 8);
    }
}

pub(super) fn mixer(pen: &mut Pen) {
    pen.path('b', "M88 100a44 44 0 0 1 44-44h144c34 0 52 20 52 44s-18 44-52 44h-28v146H196V150l-64-6a44 44 0 0 1-44-44z");
    pen.path('a', "M88 100a44 44 0 0 1 44-44h10v88h-10a44 44 0 0 1-44-44z");
    pen.path('l', "M126 144v44");
    pen.path('p', "M62 196h128c0 60-20 96-64 96s-64-36-64-96z");
    pen.path('w', "M80 206h20c0 40 6 60 20 74-24-8-38-36-40-74z");
    pen.rect('b', 70, 290, 258, 28, 14);
    pen.circle('g', 286, 100, 13);
}

pub(super) fn toaster(pen: &mut Pen) {
    for x in [106, 210] {
        pen.path('h', &format!("M{x} 180v-64c-14-10-8-34 18-34h30c26 0 32 24 18 34v64z"));
        pen.path('t', &format!("M{x} 180v-64c-14-10-8-34 18-34h30c26 0 32 24 18 34v64"));
    }
    pen.path('b', "M96 152h208c30 0 46 16 46 46v84a24 24 0 0 1-24 24H74a24 24 0 0 1-24-24v-84c0-30 16-46 46-46z");
    pen.path('l', "M92 172h96M212 172h96");
    pen.rect('a', 316, 206, 18, 46, 8);
    pen.circle('p', 96, 256, 20);
    pen.path('t', "M96 256v-12M148 226h120M148 250h120M148 274h120");
    pen.path('l', "M86 306v12M314 306v12");
}
