//! Drawings of power tools and garden machines.

use super::pen::Pen;

pub(super) fn drill(pen: &mut Pen) {
    let is_cordless = pen.pick(2) == 0;
    pen.path('l', "M40 132h56");
    pen.path('p', "M88 108h44v50H88l-8-12v-26z");
    pen.rect('b', 130, 88, 200, 92, 26);
    pen.path('a', "M130 96h46v76h-46z");
    pen.path('b', "M230 176h78l18 96h-76z");
    pen.path('s', "M210 182h26l6 40h-20z");
    if is_cordless {
        pen.path('a', "M232 268h112a10 10 0 0 1 10 10v30a10 10 0 0 1-10 10H232a10 10 0 0 1-10-10v-30a10 10 0 0 1 10-10z");
        pen.path('t', "M246 294h48");
    } else {
        pen.path('l', "M288 272c0 36-60 20-100 44");
        pen.path('b', "M136 158h26v76a13 13 0 0 1-26 0z");
    }
    pen.lines('t', (262, 112), (0, 40), (16, 0), 4);
    pen.circle('g', 206, 134, 12);
}

pub(super) fn wrench(pen: &mut Pen) {
    pen.path('p', "M58 122h34v44H58z");
    pen.path('a', "M92 104h66v80H92z");
    pen.path('b', "M158 90h150a32 32 0 0 1 32 32v44a32 32 0 0 1-32 32H158z");
    pen.path('b', "M220 198h76l20 78h-78z");
    pen.rect('a', 218, 274, 122, 44, 10);
    pen.path('s', "M204 198h22l8 34h-18z");
    pen.lines('t', (254, 118), (0, 52), (18, 0), 4);
    pen.circle('h', 196, 144, 16);
}

pub(super) fn heat_gun(pen: &mut Pen) {
    pen.path('f', "M30 116q16 10 0 20M48 106q16 20 0 40");
    pen.path('p', "M66 104h62v50H66z");
    pen.path('b', "M128 90h160c40 0 52 20 52 46s-12 44-52 44H128z");
    pen.path('b', "M214 178h76l16 124a12 12 0 0 1-12 14h-50a12 12 0 0 1-12-12z");
    pen.path('a', "M128 90h34v90h-34z");
    pen.path('s', "M204 184h20l6 40h-16z");
    pen.lines('t', (270, 112), (0, 44), (16, 0), 4);
}

pub(super) fn lamp(pen: &mut Pen) {
    match pen.pick(3) {
        0 => {
            pen.path('g', "M200 60c64 0 96 46 96 92 0 44-36 58-46 98H150c-10-40-46-54-46-98 0-46 32-92 96-92z");
            pen.path(
                'l',
                "M200 60c64 0 96 46 96 92 0 44-36 58-46 98H150c-10-40-46-54-46-98 0-46 32-92 96-92zM174 250l-12-76 38 28 38-28-12 76",
            );
            pen.path('b', "M152 250h96v38a20 20 0 0 1-20 20h-56a20 20 0 0 1-20-20z");
            pen.path('t', "M152 270h96");
            pen.path('a', "M178 308h44v12h-44z");
        }
        1 => {
            pen.path('g', "M92 150L40 300h220L208 150z");
            pen.path('b', "M112 86h76l36 72H76z");
            pen.path('l', "M176 90l74-24 66 96-16 134");
            pen.circle('a', 250, 66, 14);
            pen.circle('a', 316, 162, 14);
            pen.rect('b', 236, 296, 124, 24, 12);
        }
        _ => {
            pen.rect('b', 92, 76, 216, 160, 16);
            pen.rect('p', 112, 96, 176, 120, 8);
            for row in 0..3 {
                for column in 0..4 {
                    pen.circle('g', 136 + column * 43, 120 + row * 36, 11);
                }
            }
            pen.path('l', "M76 156v120h248V156M200 276v40M140 318h120");
            pen.circle('a', 76, 156, 11);
            pen.circle('a', 324, 156, 11);
        }
    }
}

pub(super) fn sprayer(pen: &mut Pen) {
    for (x, y) in [(40, 96), (54, 126), (30, 136), (48, 160), (66, 102), (68, 148)] {
        pen.circle('h', x, y, 6);
    }
    pen.path('p', "M88 108h34v40H88z");
    pen.path('b', "M122 92h150a40 40 0 0 1 40 40v26H122z");
    pen.path('b', "M244 158h64l18 142a14 14 0 0 1-14 16h-36a14 14 0 0 1-14-12z");
    pen.path('a', "M128 176h92v118a18 18 0 0 1-18 18h-56a18 18 0 0 1-18-18z");
    pen.path('p', "M136 158h76v20h-76z");
    pen.path('s', "M232 166h18l8 44h-14z");
    pen.path('t', "M146 228h56");
}

pub(super) fn pump(pen: &mut Pen) {
    pen.path('p', "M176 58h60v60h-60z");
    pen.path('t', "M168 78h76");
    pen.path('a', "M80 170a70 70 0 0 1 70-70h70v180h-70a70 70 0 0 1-70-70z");
    pen.circle('p', 144, 190, 48);
    pen.circle('s', 144, 190, 24);
    pen.rect('b', 218, 112, 132, 156, 24);
    pen.lines('t', (250, 136), (0, 108), (20, 0), 5);
    pen.rect('a', 256, 84, 60, 28, 6);
    pen.path('b', "M110 280h220l14 36H96z");
}

pub(super) fn saw(pen: &mut Pen) {
    pen.path('n', "M172 130a92 92 0 1 1 0 184a92 92 0 1 1 0-184");
    pen.circle('p', 172, 222, 84);
    pen.circle('t', 172, 222, 56);
    pen.circle('a', 172, 222, 20);
    pen.path('b', "M72 216c0-74 50-114 108-114h50v92H110z");
    pen.path('b', "M226 112h46c40 0 70 30 80 84l-28 18c-16-20-30-32-54-32h-44z");
    pen.path('s', "M256 140h34l16 22h-44z");
    pen.path('a', "M44 262h84l14 20h76l14-20h124v20a8 8 0 0 1-8 8H52a8 8 0 0 1-8-8z");
    pen.circle('h', 134, 156, 9);
}

pub(super) fn screwdrivers(pen: &mut Pen) {
    if pen.pick(2) == 0 {
        for (n, class) in ['a', 'b', 'a', 'b'].into_iter().enumerate() {
            let (x, y) = (76 + 68 * n as i32, 76 + 14 * n as i32);
            pen.rect(class, x, y, 42, 116, 16);
            pen.path('t', &format!("M{} {}v60M{} {}v60", x + 14, y + 28, x + 28, y + 28));
            pen.path('p', &format!("M{} {}h12v{}l-6 14-6-14z", x + 15, y + 116, 96 - 14 * n as i32));
        }
    } else {
        pen.rect('b', 58, 92, 284, 222, 18);
        pen.rect('m', 76, 110, 248, 186, 10);
        pen.rect('a', 92, 126, 216, 42, 20);
        pen.rect('p', 236, 140, 86, 14, 5);
        for x in [98, 134, 170, 206, 242, 278] {
            pen.path('p', &format!("M{x} 192h18v66l-9 20-9-20z"));
        }
    }
}

pub(super) fn soldering(pen: &mut Pen) {
    if pen.pick(2) == 0 {
        pen.path('l', "M216 262c60 30 50-60 84-70");
        pen.rect('b', 48, 152, 176, 164, 16);
        pen.rect('s', 68, 172, 136, 58, 8);
        pen.path('f', "M88 188v26M108 188h16v13h-16zM108 201v13h16M144 188h16v26h-16z");
        pen.circle('a', 92, 274, 22);
        pen.path('t', "M92 274v-12M150 262h40M150 282h40");
        pen.path('p', "M262 320l18-60h52l18 60z");
        pen.path('a', "M286 168h44l-8 96h-28z");
        pen.path('l', "M308 168V92");
        pen.path('f', "M308 78q-14-14 0-28");
    } else {
        pen.path('l', "M300 264c40 20 40 40 70 36");
        pen.path('l', "M40 92l96 66");
        pen.path('p', "M122 140l52 34-16 26-54-34z");
        pen.path('b', "M166 166l140 92c16 12 2 36-16 28L142 200z");
        pen.path('a', "M160 168l40 26-18 28-42-26z");
        pen.path('f', "M30 76q-12-14 2-26M48 70q-12-14 2-26");
        pen.circle('h', 96, 290, 26);
        pen.circle('s', 96, 290, 8);
    }
}

pub(super) fn welding(pen: &mut Pen) {
    pen.path('l', "M118 290c-80 40-90-60-60-90M282 290c60 40 90 0 84-40M150 106V84a16 16 0 0 1 16-16h68a16 16 0 0 1 16 16v22");
    pen.rect('b', 84, 102, 232, 208, 18);
    pen.path('a', "M84 178h232v30H84z");
    pen.rect('s', 108, 124, 90, 40, 6);
    pen.path('f', "M124 136v16M140 136h10v16h-10zM166 136h10v16h-10z");
    pen.circle('p', 258, 144, 22);
    pen.path('t', "M258 144l10-12M112 238h176");
    pen.circle('s', 122, 276, 18);
    pen.circle('s', 278, 276, 18);
    pen.circle('h', 200, 272, 9);
}

pub(super) fn cultivator(pen: &mut Pen) {
    pen.path('l', "M232 190l104-110h30M262 200l96-96");
    pen.path('a', "M124 128h92l18 66H112z");
    pen.rect('b', 96, 180, 160, 66, 14);
    pen.circle('p', 170, 212, 22);
    pen.circle('l', 150, 278, 40);
    pen.path('l', "M150 238v80M110 278h80M122 250l56 56M178 250l-56 56");
    pen.circle('s', 264, 284, 32);
    pen.circle('h', 264, 284, 12);
    pen.path('p', "M146 112h46v18h-46z");
}

pub(super) fn mower(pen: &mut Pen) {
    pen.path('l', "M246 232L346 70h26");
    pen.path('a', "M268 204l54-84c40 20 40 90-6 120z");
    pen.path('b', "M52 286c-4-60 20-90 70-90h96c60 0 90 30 100 90z");
    pen.path('p', "M116 196c0-46 96-46 96 0z");
    pen.path('t', "M130 176h68");
    pen.circle('s', 100, 286, 32);
    pen.circle('s', 276, 280, 38);
    pen.circle('h', 100, 286, 12);
    pen.circle('h', 276, 280, 14);
    pen.path('f', "M30 318l-6-20M44 318v-26M164 318l-4-16M184 318l6-18");
}

pub(super) fn watering(pen: &mut Pen) {
    pen.path('l', "M248 130c70-30 100 60 40 130");
    pen.path('b', "M120 142h140l20 162a14 14 0 0 1-14 16H114a14 14 0 0 1-14-16z");
    pen.path('a', "M106 262L62 140l18-8 44 80z");
    pen.path('p', "M36 132l58-30 6 18-56 32z");
    pen.path('f', "M34 160v14M52 172v14M24 186v14M44 200v14");
    pen.path('t', "M130 196h126");
}

pub(super) fn weather_station(pen: &mut Pen) {
    pen.path('a', "M120 300l-30 20h220l-30-20z");
    pen.rect('b', 58, 76, 284, 228, 22);
    pen.rect('s', 78, 96, 244, 152, 10);
    pen.circle('g', 142, 152, 26);
    pen.path('h', "M128 200a24 24 0 0 1 10-46 34 34 0 0 1 64 6 20 20 0 0 1 4 40z");
    pen.path('f', "M236 130v40M236 130h20v40h-20M282 130h20v20h-20zM282 150v20h20M236 208h66M98 228h80");
    for x in [152, 200, 248] {
        pen.circle('k', x, 276, 7);
    }
}

pub(super) fn generator(pen: &mut Pen) {
    pen.path('l', "M64 310V112h272v198");
    pen.rect('a', 96, 128, 130, 54, 10);
    pen.rect('b', 84, 182, 160, 118, 12);
    pen.lines('t', (104, 206), (0, 68), (20, 0), 6);
    pen.rect('p', 240, 150, 84, 150, 10);
    pen.circle('s', 282, 190, 20);
    pen.circle('s', 282, 242, 20);
    pen.circle('g', 282, 280, 7);
    pen.path('t', "M140 128v-14M50 312h300");
}
