// Line icons on a 16 px grid, drawn for this dashboard.

const PATHS: Record<string, string> = {
  floor: "M1.5 6V1.5h13V6M1.5 10v4.5h13V10M6 1.5V5M10.5 14.5V11",
  campaigns: "M2 6.5v3l2.5.5L11 13V3L4.5 6zM13.5 6.5v3M5 10l.8 3.5h1.7L6.8 11",
  experiments: "M6 1.5h4M6.8 1.5v4.3L2.6 13a1 1 0 0 0 .9 1.5h9a1 1 0 0 0 .9-1.5L9.2 5.8V1.5M4.6 10h6.8",
  offers: "M1.5 4.5h13v2.2a1.4 1.4 0 0 0 0 2.6v2.2h-13V9.3a1.4 1.4 0 0 0 0-2.6zM9.8 5v1.2M9.8 7.4v1.2M9.8 9.8V11",
  definitions: "M8 3.5C6.5 2.3 4.5 2 1.5 2v10.5c3 0 5 .3 6.5 1.5 1.5-1.2 3.5-1.5 6.5-1.5V2c-3 0-5 .3-6.5 1.5zM8 3.5V14",
  download: "M8 1.5v8.5M4.5 7L8 10.5 11.5 7M2 13.5h12",
  recommendations: "M1.5 2.5h5v5h-5zM9.5 2.5h5v5h-5zM1.5 10.5h5v3h-5zM12 9.5v4.5M9.8 11.8h4.4",
  quality: "M2 2.5h9v11H2zM4.5 5.5h4M4.5 8h2M8.5 10.5l2 2 4-4.5",
  system: "M1 8.5h3l2-5 3.5 9 2-4H15",
  phone: "M5 1.5h6v13H5zM7.2 12.5h1.6",
  tablet: "M3 1.5h10v13H3zM7 12.5h2",
  desktop: "M1.5 2.5h13v8.5h-13zM5.5 14h5M8 11v3",
  bot: "M3 5.5h10v8H3zM8 5.5v-3M6 9v1M10 9v1",
  returning: "M3 8a5 5 0 1 0 1.6-3.7M3 2.5v3h3",
  check: "M3 8.5l3.2 3.2L13 4.8",
  cross: "M4 4l8 8M12 4l-8 8",
  back: "M9.5 3L4.5 8l5 5",
  pause: "M5.5 3v10M10.5 3v10",
  play: "M5 3l8 5-8 5z",
  theme: "M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 0 1 0 12",
  warning: "M8 2l6.5 11.5h-13zM8 6.5v3.3M8 11.5v.4",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.6 10.6L14 14",
  stop: "M5 1.5h6L14.5 5v6L11 14.5H5L1.5 11V5zM5.5 8h5",
  connection: "M6 2v4M10 2v4M4 6h8v2.5a4 4 0 0 1-8 0zM8 12.5V15",
  timer: "M8 14A5.5 5.5 0 1 0 8 3a5.5 5.5 0 0 0 0 11zM8 5.5v3l2 1.2M6.5 1h3",
};

export type IconName = keyof typeof PATHS;

export function Icon({ name, label }: { name: string; label?: string }) {
  const named = label ? { role: "img" as const, "aria-label": label } : { "aria-hidden": true as const };
  return (
    <svg class="icon" width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round" {...named}>
      {label && <title>{label}</title>}
      <path d={PATHS[name] ?? "M8 8h.1"} />
    </svg>
  );
}

const DEVICE_ICONS: Record<string, string> = { phone: "phone", mobile: "phone", tablet: "tablet", bot: "bot" };

export function deviceIcon(device: string): string {
  return DEVICE_ICONS[device] ?? "desktop";
}

/** The mark: a plan with an open door and somebody coming in. */
export function Mark() {
  return (
    <svg class="mark" width="22" height="22" viewBox="0 0 22 22" fill="none" aria-hidden="true">
      <path d="M2 14v6h18V2H2v6M11 2v6M11 13v7" stroke="currentColor" stroke-width="2" stroke-linecap="square" />
      <circle cx="5.6" cy="11" r="2.2" class="mark-dot" />
    </svg>
  );
}
