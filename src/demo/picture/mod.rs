//! Product pictures: two-tone line drawings by kind of product, on a tint of the brand, with small differences by id.
//!
//! A drawing stands on a 400 by 400 sheet with its floor at y = 320. Colors are custom properties, so that one file serves light and dark.

mod car;
mod components;
mod computers;
mod electronics;
mod home;
mod kitchen;
mod office;
mod palette;
mod parts;
mod pen;
#[cfg(test)]
mod tests;
mod tools;

use crate::demo::data::Product;
use palette::Palette;
use pen::Pen;

type Drawing = fn(&mut Pen);

/// Most bytes a picture may have.
pub const PICTURE_BYTES_MAX: usize = 3 * 1024;

/// Returns the picture of a product as a complete SVG document, the same for the same product in every run.
pub fn svg(product: &Product) -> String {
    let mut pen = Pen::new(&product.id);
    let palette = Palette::of(product);
    backdrop(&mut pen);
    let (wide, high) = (94 + pen.pick(11), 94 + pen.pick(11));
    let is_mirrored = pen.pick(2) == 1;
    pen.open_group(wide as i32, high as i32, is_mirrored);
    drawing_of(product.noun)(&mut pen);
    pen.close_group();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 400 400\"><style>{}{}</style>{}</svg>",
        palette.css(),
        palette::RULES,
        pen.finish()
    )
}

/// Draws what stands behind a product: one of six quiet shapes, and the shadow it casts.
fn backdrop(pen: &mut Pen) {
    pen.rect('z', 0, 0, 400, 400, 0);
    let shift = pen.pick(5) as i32 * 10;
    match pen.pick(6) {
        0 => pen.circle('e', 200, 196, 140 + shift / 4),
        1 => pen.rect('e', 0, 290, 400, 110, 0),
        2 => pen.path('e', "M80 320V190a120 120 0 0 1 240 0v130z"),
        3 => pen.path('e', "M0 400V250L400 110v290z"),
        4 => {
            pen.circle('e', 262 + shift, 120, 76);
            pen.rect('e', 0, 308, 400, 92, 0);
        }
        _ => pen.rect('e', 56, 62 + shift / 4, 288, 258, 28),
    }
    pen.ellipse('m', 200, 322, 128, 12);
}

/// Returns the drawing for a noun of the catalog, and a parcel for anything else.
fn drawing_of(noun: &str) -> Drawing {
    match noun {
        "Notebook" => computers::notebook,
        "Desktop PC" | "PC Case" | "Game Console" => computers::tower,
        "Monitor" => computers::monitor,
        "Keyboard" => computers::keyboard,
        "Mouse" => computers::mouse,
        "Game Controller" => computers::gamepad,
        "Webcam" => computers::webcam,
        "Printer" => computers::printer,
        "Scanner" => computers::scanner,
        "Network Storage" => computers::nas,
        "Network Switch" => computers::switch,
        "Wi-Fi Router" => computers::wifi_router,
        "E-Reader" => computers::ebook,
        "Graphics Card" => components::graphics_card,
        "Motherboard" => components::motherboard,
        "Processor" => components::processor,
        "CPU Cooler" => components::cooler,
        "Power Supply" => components::power_supply,
        "Drive" => components::drive,
        "Optical Drive" => components::optical_drive,
        "Sound Card" => components::sound_card,
        "Network Adapter" => components::network_adapter,
        "TV Tuner" => components::tv_tuner,
        "Phone" => electronics::phone,
        "Tablet" => electronics::tablet,
        "TV" => electronics::tv,
        "Projector" => electronics::projector,
        "Remote Control" => electronics::remote,
        "Speaker" => electronics::speaker,
        "Headphones" => electronics::headphones,
        "Microphone" => electronics::microphone,
        "Voice Recorder" => electronics::voice_recorder,
        "Digital Piano" => electronics::piano,
        "Calculator" => electronics::calculator,
        "Tripod" => electronics::tripod,
        "Camcorder" => electronics::camcorder,
        "Smartwatch" => electronics::watch,
        "Fax" => electronics::fax,
        "Kettle" => kitchen::kettle,
        "Blender" => kitchen::blender,
        "Coffee Grinder" => kitchen::coffee_grinder,
        "Coffee Machine" => kitchen::coffee_machine,
        "Deep Fryer" | "Steam Cooker" => kitchen::fryer,
        "Contact Grill" => kitchen::grill,
        "Juicer" => kitchen::juicer,
        "Meat Grinder" => kitchen::meat_grinder,
        "Microwave" => kitchen::microwave,
        "Stand Mixer" => kitchen::mixer,
        "Toaster" => kitchen::toaster,
        "Vacuum Cleaner" => home::vacuum,
        "Steam Iron" => home::iron,
        "Steam Cleaner" => home::steam_cleaner,
        "Sewing Machine" => home::sewing_machine,
        "Air Heater" => home::heater,
        "Fan" => home::fan,
        "Hair Clipper" => home::clipper,
        "Massager" => home::massager,
        "Bathroom Scale" => home::scale,
        "Blood Pressure Monitor" => home::blood_pressure,
        "Office Chair" => home::chair,
        "Wall Shelf" => home::shelf,
        "Electric Bike" => home::bike,
        "Electric Scooter" => home::scooter,
        "Drone" => electronics::drone,
        "VR Headset" => electronics::vr_headset,
        "Generator" => tools::generator,
        "Drill" => tools::drill,
        "Impact Wrench" => tools::wrench,
        "Heat Gun" => tools::heat_gun,
        "LED Lamp" => tools::lamp,
        "Paint Sprayer" => tools::sprayer,
        "Water Pump" => tools::pump,
        "Circular Saw" => tools::saw,
        "Screwdriver Set" => tools::screwdrivers,
        "Soldering Station" => tools::soldering,
        "Welding Inverter" => tools::welding,
        "Cultivator" => tools::cultivator,
        "Lawn Mower" => tools::mower,
        "Watering Set" => tools::watering,
        "Weather Station" => tools::weather_station,
        "Car Alarm" => car::alarm,
        "Air Compressor" => car::compressor,
        "Navigator" => car::navigator,
        "Car Light" => car::light,
        "Parking Sensor Kit" => car::parking_sensors,
        "Car Stereo" => car::stereo,
        "Radar Detector" => car::radar,
        "Dash Cam" => car::dash_cam,
        "Window Lift" => car::window_lift,
        "Laptop Bag" | "Briefcase" => office::bag,
        "Battery Pack" => office::battery,
        "Toner Cartridge" => office::cartridge,
        "Photo Paper" => office::paper,
        "Stapler" => office::stapler,
        "Phone Case" => parts::phone_case,
        "Notebook Battery" => parts::notebook_battery,
        "Tablet Cover" => parts::tablet_cover,
        "Printer Drum" => parts::printer_drum,
        "Camera Battery" | "Vacuum Battery" => parts::small_battery,
        "Projector Mount" => parts::mount,
        "Watch Strap" => parts::strap,
        _ => parts::parcel,
    }
}
