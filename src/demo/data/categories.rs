//! Titles, nouns and size classes of the recorded categories.

/// Name, values from small to large, and the prices in whole dollars at which the smallest and the largest are usual.
pub(super) type Trait = (&'static str, &'static [&'static str], i64, i64);

/// Path, title of the listing, noun in a product's name.
const LEAVES: [(&str, &str, &str); 97] = [
    ("accessories.bag", "Laptop bags", "Laptop Bag"),
    ("accessories.briefcase", "Briefcases", "Briefcase"),
    ("appliances.environment.air_heater", "Air heaters", "Air Heater"),
    ("appliances.environment.fan", "Fans", "Fan"),
    ("appliances.environment.vacuum", "Vacuum cleaners", "Vacuum Cleaner"),
    ("appliances.iron", "Irons", "Steam Iron"),
    ("appliances.kitchen.blender", "Blenders", "Blender"),
    ("appliances.kitchen.coffee_grinder", "Coffee grinders", "Coffee Grinder"),
    ("appliances.kitchen.coffee_machine", "Coffee machines", "Coffee Machine"),
    ("appliances.kitchen.fryer", "Fryers", "Deep Fryer"),
    ("appliances.kitchen.grill", "Grills", "Contact Grill"),
    ("appliances.kitchen.juicer", "Juicers", "Juicer"),
    ("appliances.kitchen.kettle", "Kettles", "Kettle"),
    ("appliances.kitchen.meat_grinder", "Meat grinders", "Meat Grinder"),
    ("appliances.kitchen.microwave", "Microwaves", "Microwave"),
    ("appliances.kitchen.mixer", "Mixers", "Stand Mixer"),
    ("appliances.kitchen.steam_cooker", "Steam cookers", "Steam Cooker"),
    ("appliances.kitchen.toster", "Toasters", "Toaster"),
    ("appliances.personal.hair_cutter", "Hair clippers", "Hair Clipper"),
    ("appliances.personal.massager", "Massagers", "Massager"),
    ("appliances.personal.scales", "Scales", "Bathroom Scale"),
    ("appliances.sewing_machine", "Sewing machines", "Sewing Machine"),
    ("appliances.steam_cleaner", "Steam cleaners", "Steam Cleaner"),
    ("auto.accessories.alarm", "Car alarms", "Car Alarm"),
    ("auto.accessories.compressor", "Compressors", "Air Compressor"),
    ("auto.accessories.gps", "Navigators", "Navigator"),
    ("auto.accessories.light", "Car lights", "Car Light"),
    ("auto.accessories.parktronic", "Parking sensors", "Parking Sensor Kit"),
    ("auto.accessories.player", "Car stereos", "Car Stereo"),
    ("auto.accessories.radar", "Radar detectors", "Radar Detector"),
    ("auto.accessories.videoregister", "Dash cams", "Dash Cam"),
    ("auto.accessories.window", "Window lifts", "Window Lift"),
    ("computers.components.cdrw", "Optical drives", "Optical Drive"),
    ("computers.components.cooler", "Coolers", "CPU Cooler"),
    ("computers.components.cpu", "Processors", "Processor"),
    ("computers.components.hdd", "Drives", "Drive"),
    ("computers.components.motherboard", "Motherboards", "Motherboard"),
    ("computers.components.network_adapter", "Network adapters", "Network Adapter"),
    ("computers.components.power_supply", "Power supplies", "Power Supply"),
    ("computers.components.sound_card", "Sound cards", "Sound Card"),
    ("computers.components.tv_tuner", "TV tuners", "TV Tuner"),
    ("computers.components.videocards", "Graphics cards", "Graphics Card"),
    ("computers.desktop", "Desktops", "Desktop PC"),
    ("computers.ebooks", "E-readers", "E-Reader"),
    ("computers.gaming", "Gaming", "Game Console"),
    ("computers.network.router", "Switches and routers", "Network Switch"),
    ("computers.notebook", "Notebooks", "Notebook"),
    ("computers.peripherals.camera", "Webcams", "Webcam"),
    ("computers.peripherals.joystick", "Game controllers", "Game Controller"),
    ("computers.peripherals.keyboard", "Keyboards", "Keyboard"),
    ("computers.peripherals.monitor", "Monitors", "Monitor"),
    ("computers.peripherals.mouse", "Mice", "Mouse"),
    ("computers.peripherals.nas", "Network storage", "Network Storage"),
    ("computers.peripherals.printer", "Printers", "Printer"),
    ("computers.peripherals.scanner", "Scanners", "Scanner"),
    ("computers.peripherals.vr", "VR headsets", "VR Headset"),
    ("computers.peripherals.wifi", "Wi-Fi", "Wi-Fi Router"),
    ("construction.tools.drill", "Drills", "Drill"),
    ("construction.tools.generator", "Generators", "Generator"),
    ("construction.tools.heater", "Heat guns", "Heat Gun"),
    ("construction.tools.light", "Lamps", "LED Lamp"),
    ("construction.tools.painting", "Paint sprayers", "Paint Sprayer"),
    ("construction.tools.pump", "Pumps", "Water Pump"),
    ("construction.tools.saw", "Saws", "Circular Saw"),
    ("construction.tools.screw", "Screwdrivers", "Screwdriver Set"),
    ("construction.tools.soldering", "Soldering", "Soldering Station"),
    ("construction.tools.welding", "Welding", "Welding Inverter"),
    ("construction.tools.wrench", "Impact wrenches", "Impact Wrench"),
    ("country_yard.cultivator", "Cultivators", "Cultivator"),
    ("country_yard.lawn_mower", "Lawn mowers", "Lawn Mower"),
    ("country_yard.watering", "Watering", "Watering Set"),
    ("country_yard.weather_station", "Weather stations", "Weather Station"),
    ("electronics.audio.acoustic", "Speakers", "Speaker"),
    ("electronics.audio.dictaphone", "Voice recorders", "Voice Recorder"),
    ("electronics.audio.headphone", "Headphones", "Headphones"),
    ("electronics.audio.microphone", "Microphones", "Microphone"),
    ("electronics.audio.music_tools.piano", "Digital pianos", "Digital Piano"),
    ("electronics.calculator", "Calculators", "Calculator"),
    ("electronics.camera.photo", "Tripods", "Tripod"),
    ("electronics.camera.video", "Camcorders", "Camcorder"),
    ("electronics.clocks", "Watches", "Smartwatch"),
    ("electronics.fax", "Fax machines", "Fax"),
    ("electronics.tablet", "Tablets", "Tablet"),
    ("electronics.telephone", "Phones", "Phone"),
    ("electronics.video.projector", "Projectors", "Projector"),
    ("electronics.video.tv", "TVs", "TV"),
    ("electronics.video.tv_remote", "Remotes", "Remote Control"),
    ("furniture.living_room.chair", "Chairs", "Office Chair"),
    ("furniture.living_room.shelving", "Shelves", "Wall Shelf"),
    ("kids.skates", "Electric scooters", "Electric Scooter"),
    ("kids.toys", "Drones", "Drone"),
    ("medicine.tools.tonometer", "Blood pressure", "Blood Pressure Monitor"),
    ("sport.bicycle", "Electric bikes", "Electric Bike"),
    ("stationery.battery", "Batteries", "Battery Pack"),
    ("stationery.cartrige", "Ink and toner", "Toner Cartridge"),
    ("stationery.paper", "Paper", "Photo Paper"),
    ("stationery.stapler", "Staplers", "Stapler"),
];

const BRANCHES: [(&str, &str); 23] = [
    ("accessories", "Bags"),
    ("appliances", "Home and kitchen"),
    ("appliances.environment", "Climate and cleaning"),
    ("appliances.kitchen", "Kitchen"),
    ("appliances.personal", "Personal care"),
    ("auto", "Car"),
    ("auto.accessories", "Car electronics"),
    ("computers", "Computers"),
    ("computers.components", "Components"),
    ("computers.network", "Network"),
    ("computers.peripherals", "Peripherals"),
    ("construction", "Tools"),
    ("construction.tools", "Power tools"),
    ("country_yard", "Garden"),
    ("electronics", "Electronics"),
    ("electronics.audio", "Audio"),
    ("electronics.camera", "Cameras"),
    ("electronics.video", "TV and video"),
    ("furniture", "Furniture"),
    ("kids", "Fun"),
    ("medicine", "Health"),
    ("sport", "Sport"),
    ("stationery", "Office supplies"),
];

/// The recorded categories mix devices with their small parts; below this price in whole dollars a product is named as the part.
const SMALL: [(&str, i64, &str); 9] = [
    ("computers.desktop", 130, "PC Case"),
    ("computers.notebook", 110, "Notebook Battery"),
    ("computers.peripherals.printer", 60, "Printer Drum"),
    ("electronics.camera.video", 60, "Camera Battery"),
    ("electronics.tablet", 45, "Tablet Cover"),
    ("electronics.telephone", 45, "Phone Case"),
    ("electronics.video.projector", 90, "Projector Mount"),
    ("appliances.environment.vacuum", 35, "Vacuum Battery"),
    ("electronics.clocks", 20, "Watch Strap"),
];

/// Returns the heading of a category or department; the last part of the path, tidied, where the table has none.
pub fn category_title(path: &str) -> String {
    let leaf = LEAVES.iter().find(|(code, ..)| *code == path).map(|(_, title, _)| *title);
    let branch = || BRANCHES.iter().find(|(code, _)| *code == path).map(|(_, title)| *title);
    leaf.or_else(branch).map_or_else(|| super::brand_title(&path.rsplit('.').next().unwrap_or(path).replace('_', " ")), str::to_owned)
}

/// Tells whether a category has devices and the price is that of a part for them.
pub(super) fn is_part(category: &str, price_minor: i64) -> bool {
    SMALL.iter().any(|(code, below, _)| *code == category && price_minor < below * 100)
}

/// Returns the part's noun for a price that no device of the category has, otherwise the device's.
pub(super) fn noun(category: &str, price_minor: i64) -> &'static str {
    if let Some((.., part)) = SMALL.iter().find(|(code, below, _)| *code == category && price_minor < below * 100) {
        return part;
    }
    LEAVES.iter().find(|(code, ..)| *code == category).map_or("Accessory", |(.., noun)| *noun)
}

/// Returns the size classes a category is sold by; none for small parts.
pub(super) fn traits(category: &str, price_minor: i64) -> &'static [Trait] {
    if is_part(category, price_minor) {
        return &[];
    }
    match category {
        "computers.notebook" => &[
            ("screen", &["11.6\"", "13.3\"", "14\"", "15.6\"", "17.3\""], 150, 2500),
            ("memory", &["4 GB", "8 GB", "16 GB", "32 GB"], 150, 2200),
            ("storage", &["128 GB", "256 GB", "512 GB", "1 TB"], 150, 2200),
        ],
        "computers.desktop" => {
            &[("memory", &["4 GB", "8 GB", "16 GB", "32 GB"], 120, 900), ("storage", &["256 GB", "512 GB", "1 TB"], 120, 900)]
        }
        "electronics.telephone" => &[
            ("storage", &["32 GB", "64 GB", "128 GB", "256 GB", "512 GB"], 50, 1200),
            ("screen", &["5.0\"", "5.8\"", "6.1\"", "6.5\"", "6.7\""], 50, 1000),
        ],
        "electronics.tablet" => &[
            ("screen", &["7\"", "8\"", "10.1\"", "11\"", "12.9\""], 50, 1000),
            ("storage", &["16 GB", "32 GB", "64 GB", "128 GB"], 50, 800),
        ],
        "electronics.video.tv" => &[
            ("screen", &["24\"", "32\"", "43\"", "50\"", "55\"", "65\"", "75\""], 100, 1800),
            ("resolution", &["HD", "Full HD", "4K"], 100, 500),
        ],
        "computers.peripherals.monitor" => &[
            ("screen", &["19\"", "22\"", "24\"", "27\"", "32\"", "34\""], 70, 700),
            ("refresh rate", &["60 Hz", "75 Hz", "144 Hz", "165 Hz"], 90, 600),
        ],
        "electronics.video.projector" => &[("brightness", &["1500 lm", "2500 lm", "3500 lm", "4000 lm"], 100, 1500)],
        "computers.components.videocards" => &[
            ("memory", &["2 GB", "4 GB", "6 GB", "8 GB", "12 GB", "16 GB"], 60, 1300),
            ("length", &["168 mm", "215 mm", "245 mm", "285 mm", "320 mm"], 60, 1200),
        ],
        "computers.components.cpu" => {
            &[("cores", &["2", "4", "6", "8", "12", "16"], 40, 900), ("clock", &["2.9 GHz", "3.4 GHz", "3.6 GHz", "4.2 GHz"], 40, 700)]
        }
        "computers.components.motherboard" => {
            &[("format", &["Mini-ITX", "Micro-ATX", "ATX"], 50, 250), ("memory slots", &["2", "4", "8"], 50, 400)]
        }
        "computers.components.hdd" | "computers.peripherals.nas" => {
            &[("capacity", &["120 GB", "240 GB", "480 GB", "1 TB", "2 TB", "4 TB", "8 TB"], 20, 400)]
        }
        "computers.components.power_supply" => &[
            ("power", &["350 W", "450 W", "550 W", "650 W", "750 W", "1000 W"], 20, 220),
            ("efficiency", &["80+", "80+ Bronze", "80+ Gold", "80+ Platinum"], 35, 220),
        ],
        "computers.components.cooler" => &[("fan", &["80 mm", "92 mm", "120 mm", "140 mm"], 8, 90)],
        "electronics.audio.acoustic" => &[("power", &["5 W", "10 W", "20 W", "40 W", "80 W", "160 W"], 10, 300)],
        "electronics.audio.headphone" => &[("connection", &["Cable", "Bluetooth", "Bluetooth, noise canceling"], 8, 180)],
        "computers.peripherals.mouse" | "computers.peripherals.keyboard" | "computers.peripherals.joystick" => {
            &[("connection", &["USB", "2.4 GHz", "Bluetooth"], 10, 80)]
        }
        "computers.peripherals.printer" => {
            &[("speed", &["8 ppm", "18 ppm", "24 ppm", "33 ppm", "45 ppm"], 70, 700), ("format", &["A4", "A4", "A3"], 100, 1500)]
        }
        "stationery.cartrige" => &[("yield", &["700 pages", "1500 pages", "2500 pages", "5000 pages", "10000 pages"], 8, 150)],
        "stationery.paper" => &[("format", &["10x15 cm", "A4", "A3"], 8, 50), ("sheets", &["20", "50", "100", "500"], 8, 40)],
        "computers.peripherals.wifi" | "computers.network.router" => &[("ports", &["1", "4", "5", "8", "16", "24"], 20, 500)],
        "appliances.kitchen.kettle" => &[("capacity", &["0.8 l", "1.2 l", "1.5 l", "1.7 l", "2.0 l"], 15, 80)],
        "appliances.kitchen.microwave" => {
            &[("capacity", &["17 l", "20 l", "23 l", "25 l", "28 l"], 60, 260), ("power", &["700 W", "800 W", "900 W"], 60, 200)]
        }
        "appliances.kitchen.coffee_machine" => &[("pressure", &["Drip", "4 bar", "15 bar", "19 bar"], 20, 700)],
        "appliances.environment.vacuum" => &[("power", &["350 W", "1400 W", "1800 W", "2000 W", "2200 W"], 40, 350)],
        "appliances.sewing_machine" => &[("stitches", &["12", "19", "23", "32", "60"], 80, 450)],
        "construction.tools.drill" | "construction.tools.wrench" => &[("power", &["10.8 V", "12 V", "18 V", "600 W", "850 W"], 25, 280)],
        "construction.tools.saw" => &[("blade", &["130 mm", "160 mm", "185 mm", "210 mm", "255 mm"], 45, 350)],
        "construction.tools.soldering" => &[("power", &["30 W", "40 W", "60 W", "75 W", "120 W"], 10, 150)],
        "construction.tools.welding" => &[("current", &["120 A", "160 A", "190 A", "220 A", "250 A"], 60, 350)],
        "auto.accessories.player" => &[("power", &["4 x 45 W", "4 x 50 W", "4 x 55 W"], 25, 200)],
        "auto.accessories.videoregister" => &[("resolution", &["720p", "1080p", "1440p", "2160p"], 25, 250)],
        "electronics.clocks" => &[("display", &["1.1\"", "1.2\"", "1.4\""], 20, 250)],
        "computers.ebooks" => &[("screen", &["6\"", "6.8\"", "7.8\"", "10.3\""], 70, 250)],
        "accessories.bag" => &[("fits", &["13.3\"", "14\"", "15.6\"", "17.3\""], 12, 90)],
        "construction.tools.light" => &[("power", &["5 W", "9 W", "15 W", "30 W", "50 W"], 8, 80)],
        _ => &[],
    }
}
